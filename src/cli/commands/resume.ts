import type { Doors, ExitCode } from '../doors.ts'
import { sayAndFollow, sayToAll, type FollowedOptions } from '../say.ts'

/** `longshore resume [WORKLOAD]`: lifts a pause or the hold on everything, or accepts what one workload runs now. */
export function runResume(doors: Doors, workload: string | undefined, options: FollowedOptions): Promise<ExitCode> {
  if (workload === undefined) return sayToAll(doors, options, (control, by) => control.resume(null, by))
  return sayAndFollow(doors, workload, options, (control, by) => control.resume(workload, by))
}
