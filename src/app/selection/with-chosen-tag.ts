import type { Decision } from '../decisions/decision.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'

/** The workload with the tag that a decision is about, where its policy chose one. */
export const withChosenTag = (watched: WatchableWorkload, { candidateTag }: Decision): WatchableWorkload =>
  candidateTag === undefined ? watched : { ...watched, tag: candidateTag }
