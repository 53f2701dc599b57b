import { hookPostponedCode } from '../../rollout/hook-steps.ts'
import type { App } from '../app.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { Decision } from '../decisions/decision.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'
import { isDue, waitsCode } from './due-codes.ts'

interface Looking {
  readonly stop: AbortSignal
  readonly ignoresBackoff: boolean
  /** Those that are not waited for, since they have had their turn. */
  readonly hadTurn?: ReadonlySet<string>
}

/**
 * Id of a workload that has to be rolled out before this one, which is due; null when there is none. A group that is
 * taken back goes the other way round.
 * @param all on the same target, as they were just seen; of the others counts what is recorded
 */
export async function firstBefore(
  app: App,
  { workload, after }: WatchedWorkload,
  { reason }: Decision,
  all: readonly WatchedWorkload[],
  { stop, ignoresBackoff, hadTurn }: Looking,
): Promise<string | null> {
  const isBack = reason.code === 'TAKE_BACK'
  const ids = isBack ? all.filter((each) => each.after.includes(workload.id)).map((each) => each.workload.id) : after
  for (const id of ids) {
    if (!isBack && (await isPostponed(app, id))) return id
    if (hadTurn?.has(id)) continue
    const here = all.find((each) => each.workload.id === id)
    const isFirst =
      here === undefined ? await isDueElsewhere(app, id) : await isDueHere(app, here, stop, ignoresBackoff, isBack)
    if (isFirst) return id
  }
  return null
}

/** Whether a hook of it asked to wait: it still goes first, also where it has had its turn. */
async function isPostponed({ store }: App, id: string): Promise<boolean> {
  const [last] = await store.rollouts(id, 1)
  if (last?.reason?.code !== hookPostponedCode) return false
  const row = await store.workload(id)
  return row?.candidate === last.digest && (isDue(row) || row.reason.code === 'POSTPONED')
}

async function isDueHere(
  app: App,
  watched: WatchedWorkload,
  stop: AbortSignal,
  ignoresBackoff: boolean,
  isBack: boolean,
): Promise<boolean> {
  const decided = await decideByState(app, watched, stop, ignoresBackoff)
  if (decided.state === 'rolling-out') return true
  return decided.isRolloutDue && (!isBack || decided.reason.code === 'TAKE_BACK')
}

async function isDueElsewhere({ store }: App, id: string): Promise<boolean> {
  const open = await store.openRollouts()
  if (open.some(({ workload, stage }) => workload === id && stage !== 'kept')) return true
  const row = await store.workload(id)
  return row !== null && isDue(row)
}

/** The decision on a workload that is due, while it lets another go before it. */
export const waiting = (decided: Decision, first: string): Decision => ({
  ...decided,
  reason: { code: waitsCode, sentence: `it goes after ${first}, which is rolled out first` },
  isRolloutDue: false,
})
