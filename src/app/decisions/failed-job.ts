import { withoutFollows } from '../rollouts/revisions.ts'
import type { Workload } from '../../targets/target.ts'
import type { DecideInput } from './decide-input.ts'
import type { Decision } from './decision.ts'

/**
 * A job whose latest start failed is left with the image that failed, since it is not taken back: that it names what
 * is wanted does not make it well. That it came to its end since, by another try, does; a word takes it as it is.
 */
export function unlessFailedJob(input: DecideInput, decided: Decision): Decision {
  if (!mayHaveFailed(input.workload, decided)) return decided
  const [latest] = withoutFollows(input.rollouts)
  if (latest === undefined || latest.digest !== decided.candidate) return decided
  if (latest.outcome !== 'failed' && latest.outcome !== 'rolled-back') return decided
  if (input.lastWordAt !== null && latest.endedAt !== null && input.lastWordAt > latest.endedAt) return decided
  const reason = { code: 'JOB_FAILED', sentence: latest.reason?.sentence ?? 'its latest start failed' }
  const { runsChosen: _isWell, ...failed } = decided
  return { ...failed, state: 'held', reason }
}

/** Whether it takes the latest rollouts to tell how a workload stands that names what is wanted. */
export const mayHaveFailed = (
  { isJob, isJobDone }: Pick<Workload, 'isJob' | 'isJobDone'>,
  { state, runsChosen }: Pick<Decision, 'state' | 'runsChosen'>,
): boolean => isJob === true && isJobDone !== true && (state === 'current' || runsChosen === true)
