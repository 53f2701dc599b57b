import type { Doors, ExitCode } from '../doors.ts'
import { sayToAll, type FollowedOptions } from '../say.ts'

/** `longshore release [TARGET]`: takes a brake off, and lets through what is wanted now. */
export function runRelease(doors: Doors, target: string | undefined, options: FollowedOptions): Promise<ExitCode> {
  return sayToAll(doors, options, (control, by) => control.release(target ?? null, by))
}
