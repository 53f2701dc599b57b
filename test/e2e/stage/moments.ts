import type { EffectKind } from '../../../src/rollout/rollout.ts'
import type { OnMoment, RunningLongshore } from './longshore.ts'

/** Acts the first time that an effect is about to happen, or has happened; the rollout stands still meanwhile. */
export function at(
  phase: 'before' | 'after',
  effect: EffectKind,
  act: (running: RunningLongshore) => Promise<unknown> | void,
): OnMoment {
  let isDone = false
  return async (moment, running) => {
    if (isDone || moment.effect !== effect || moment.phase !== phase) return
    isDone = true
    await act(running)
  }
}

/** Ends the process as a crash does. For `at`. */
export const crash = (running: RunningLongshore): void => running.kill('SIGKILL')
