import type { Doors, ExitCode } from '../doors.ts'
import { sayAndFollow, type FollowedOptions } from '../say.ts'

/** `longshore deploy WORKLOAD [TAG|DIGEST]`: rolls it out now; without one, what its policy wants. */
export function runDeploy(
  doors: Doors,
  workload: string,
  image: string | undefined,
  options: FollowedOptions,
): Promise<ExitCode> {
  return sayAndFollow(doors, workload, options, (control, by) => control.deploy(workload, image ?? null, by))
}
