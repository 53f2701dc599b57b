import { AppError } from '../../errors.ts'
import { tagOf } from '../../image/reference.ts'
import type { App } from '../app.ts'
import type { WorkloadChoice } from '../words/control.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { Decision } from '../decisions/decision.ts'
import { forgetfulApp } from '../passes/forgetful.ts'
import { findId, seenNow } from '../workloads/subject.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'
import { chooseForWorkload } from './choose-for-workload.ts'
import { tellTrouble } from './choose-tag.ts'
import { explainFollowed } from './explain-followed.ts'
import type { ListChoice } from './list-choice.ts'
import { toExplanation, type Explanation } from './explain-tags.ts'

/** How long a target and a registry are waited for. */
const lookMaxMs = 15_000
/** Tags that are told of; of more, the best. */
const toldMax = 10_000

/**
 * What the policy of a workload chooses, by what is known of its repository, and what is decided on it. Changes nothing.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, WORKLOAD_LEFT_ALONE where it has no policy that could choose
 */
export async function explainWorkload(app: App, wanted: string): Promise<WorkloadChoice> {
  const id = await findId(app, wanted)
  const watched = await seenNow(app, id, await app.store.workload(id))
  if (watched === 'unseen') throw new AppError('TARGET_UNAVAILABLE', `the target of ${id} does not answer`)
  if (watched === null) throw leftAlone(id, 'it is not on its target now, or not watched')
  if (watched.kind === 'unwatchable') throw leftAlone(id, watched.decision.reason.sentence)
  const looking = forgetfulApp(app)
  const signal = AbortSignal.timeout(lookMaxMs)
  const followed = watched.policy.followedTag(tagOf(watched.reference))
  const choice = followed === null ? await chooseForWorkload(looking, watched, signal, { keepsReasons: true }) : null
  const decided = await decideByState(looking, watched, signal, false, { choice })
  const explanation =
    choice === null
      ? await explainFollowed(looking, watched, followed ?? watched.tag, signal)
      : explain(watched, choice)
  return {
    workload: id,
    current: tagOf(watched.reference),
    decision: told(decided, watched),
    choice: { ...explanation, candidates: explanation.candidates.slice(0, toldMax) },
  }
}

const told = ({ state, reason, candidate, candidateTag }: Decision, { tag }: WatchableWorkload) => ({
  state,
  reason,
  digest: candidate,
  tag: candidate === null ? null : (candidateTag ?? tag),
})

/** Also what it would choose, were it not for a person's word. */
function explain({ policy, workload }: WatchableWorkload, { choice, list }: ListChoice): Explanation {
  if (choice !== null) return toExplanation(policy, choice, choice.trouble && tellTrouble(choice.trouble))
  const nothing = { policy: policy.spec.text, selected: null, candidates: [], dropped: [] }
  const why = list?.failure ?? { code: 'NOT_SCANNED', sentence: `the tags of ${workload.image} were not read yet` }
  return { ...nothing, code: why.code, reason: why.sentence }
}

const leftAlone = (id: string, sentence: string): AppError =>
  new AppError('WORKLOAD_LEFT_ALONE', `no tag is chosen for ${id}: ${sentence}`)
