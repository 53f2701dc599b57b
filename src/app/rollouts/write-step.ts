import { toAppError, type AppError } from '../../errors.ts'
import type { EffectKind, JournalStep, Rollout } from '../../rollout/rollout.ts'
import { goBack } from '../../rollout/step.ts'
import { recordStep, type RecordDeps } from './record-step.ts'
import { isOnlySeen, mayReturn, waitForState } from './state-away.ts'

export interface WriteDeps extends RecordDeps {
  /**
   * What of a rollout is durable, and since when, by `clock.elapsed()`, more of it should be; null while nothing is missing.
   * `paceMs` is what the latest look gives the gate beyond its own deadline.
   */
  readonly written: { last: Rollout; missedSince: number | null; paceMs: number }
  /** Ends the waiting for a state that is away. */
  readonly stop: AbortSignal
}

/**
 * Makes a step durable. When the state cannot be written, a rollout on its way forward turns back, at a gate not before
 * that has to be over, and one on its way back goes on: the labels on the target are enough to recover that, and the
 * workload must not stay down meanwhile. A part on its way forward waits for the state.
 *
 * @returns `before` as it goes on where it was put off (`isPutOff`): another look has to come first
 * @throws STATE_* when a proof, or the end of what was proven, could not be made durable, or a part has waited too long
 */
export async function write(
  deps: WriteDeps,
  before: Rollout,
  after: Rollout,
  step: JournalStep,
  effect: EffectKind | null,
): Promise<Rollout> {
  const { written } = deps
  try {
    // What could not be written before is made up for: a verdict counts from when it is durable.
    const recorded = await recordStep(deps, written.last, after, step, effect)
    Object.assign(written, { last: recorded, missedSince: null })
    return recorded
  } catch (thrown) {
    const error = toAppError(thrown)
    if (!error.code.startsWith('STATE_')) throw thrown
    if (effect === null && mayReturn(error) && isOnlySeen(before, after)) return after
    const missedSince = (written.missedSince ??= deps.clock.elapsed())
    const waiting = await waitForState(deps, { before, after, missedSince, paceMs: written.paceMs, error })
    if (waiting !== null) return waiting
    const isToLast = isProven(after) || (isProven(before) && after.stage === 'ended')
    if (isToLast && !mayTurn(before, error)) throw thrown
    if (before.stage === 'back' || after.stage === 'back') return after
    return goBack(before, 'failed', { code: error.code, sentence: error.message }).rollout
  }
}

/** Whether what should have been written was put off. */
export const isPutOff = (before: Rollout, now: Rollout, wanted: Rollout): boolean =>
  now !== wanted && now.stage === before.stage

const isProven = ({ stage }: Rollout): boolean => stage === 'passed' || stage === 'kept'

/** A gate that was passed counts for nothing before that is durable: it had its time to become so. */
const mayTurn = ({ stage }: Rollout, error: AppError): boolean => stage === 'forward' && mayReturn(error)
