import type { Doors, ExitCode } from '../doors.ts'
import { sayAndFollow, type FollowedOptions } from '../say.ts'

/** `longshore rollback WORKLOAD [--to REVISION]`: goes back to what it ran before, and stays there until released. */
export function runRollback(
  doors: Doors,
  workload: string,
  options: FollowedOptions & { readonly to?: string },
): Promise<ExitCode> {
  return sayAndFollow(doors, workload, options, (control, by) => control.rollBack(workload, options.to ?? null, by))
}
