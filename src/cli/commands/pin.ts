import type { Doors, ExitCode } from '../doors.ts'
import { sayAndFollow, type FollowedOptions } from '../say.ts'

/** `longshore pin WORKLOAD TAG`: runs that tag until it is released. */
export function runPin(doors: Doors, workload: string, tag: string, options: FollowedOptions): Promise<ExitCode> {
  return sayAndFollow(doors, workload, options, (control, by) => control.pin(workload, tag, by))
}

/** `longshore unpin WORKLOAD`: lets its policy choose again. */
export function runUnpin(doors: Doors, workload: string, options: FollowedOptions): Promise<ExitCode> {
  return sayAndFollow(doors, workload, options, (control, by) => control.unpin(workload, by))
}
