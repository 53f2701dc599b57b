import type { Clock } from '../../lib/clock.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { Decision } from './decision.ts'
import type { WatchableWorkload, WatchedWorkload } from '../workloads/watched-workloads.ts'

/** What was decided about a workload right before the same is asked again. */
export interface EarlierDecision {
  readonly watched: WatchedWorkload
  readonly decision: Decision
  /** When it began to be made, by `clock.elapsed()`. */
  readonly at: number
}

/** Between a decision and the beginning of its rollout lie some milliseconds, unless others come first. */
const freshMs = 2_000

/**
 * What the close look of an earlier decision found, where another look could not find anything else: it was taken just
 * now, of a workload that still looks the same, for the same image. Files that were edited since are seen when the
 * rollout compares them with it, right before it acts.
 */
export function definitionFrom(
  { watched, decision, at }: EarlierDecision,
  again: WatchableWorkload,
  { candidate, candidateTag }: Decision,
  clock: Pick<Clock, 'elapsed'>,
): Definition | null {
  const isSameImage = decision.candidate === candidate && decision.candidateTag === candidateTag
  // What lives in it is not to be seen by it.
  const isAlone = decision.followedBy === undefined
  const isSame = isSameImage && isAlone && print(watched) === print(again)
  return isSame && clock.elapsed() - at <= freshMs ? decision.definition : null
}

const print = (watched: WatchedWorkload): string =>
  JSON.stringify([watched.workload, watched.settings, watched.kind === 'watchable' && [watched.tag, watched.override]])
