import { toAppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { App } from '../app.ts'
import type { Decision } from '../decisions/decision.ts'
import type { Failure } from '../failure.ts'
import { owesTakeBack } from '../groups/owes-take-back.ts'
import { owedFollows } from '../sets/followers.ts'

/** What going over everything once has come to. */
interface Round {
  readonly workloads: readonly { readonly id: string; readonly decision: Decision }[]
  readonly rollouts: readonly Rollout[]
}

/** Times that a pass goes over everything again: to take a group back, and for each step of a chain that follows. */
const againMax = 10

/**
 * What the rollouts of a pass left to be done: ids of what has to follow now, which are none where only a group goes
 * back. Null for nothing; a failure where nobody can tell.
 *
 * @param only id of the one workload that the pass is about; null for all
 * @param rounds what it did so far, at least one; the last is what counts
 * @param tried ids that were owed before
 */
export async function owedNow(
  app: App,
  only: string | null,
  rounds: readonly Round[],
  tried: ReadonlySet<string>,
  stop: AbortSignal,
): Promise<readonly string[] | Failure | null> {
  const last = rounds.at(-1)
  if (last === undefined || rounds.length > againMax || stop.aborted) return null
  try {
    const follows = await owedFollows(app, last.rollouts, stop)
    // Of one that somebody asked for alone, others are meant only where it broke them.
    const own = new Set(rounds.flatMap(({ rollouts }) => rollouts).flatMap(({ followedBy = [] }) => followedBy))
    const owed = only === null ? follows : follows.filter((id) => own.has(id))
    // What one failure takes back of its group may be on another target, whose part was over by then.
    const takesBack = only === null && rounds.length === 1 && (await owesTakeBack(app))
    return takesBack || owed.some((id) => !tried.has(id) || mayGoOn(id, last)) ? owed : null
  } catch (error) {
    return { subject: 'state', error: toAppError(error) }
  }
}

/** Whether what has to follow may do so after all: what was held, or failed to follow, is tried again by a later pass. */
function mayGoOn(id: string, { workloads, rollouts }: Round): boolean {
  const own = rollouts.filter(({ workload }) => workload === id)
  // What it lives in moved on once more, or it made room for another.
  if (own.length > 0) return own.every(({ outcome }) => outcome === 'succeeded' || outcome === 'abandoned')
  const decided = workloads.find((each) => each.id === id)?.decision
  // It waited for another, for longer than that round took.
  return decided?.isRolloutDue === true || decided?.waitsFor !== undefined
}
