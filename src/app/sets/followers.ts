import { toAppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Preparation, Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { watchedWorkloads, type WatchedWorkload } from '../workloads/watched-workloads.ts'
import { activePauses, tellPause } from '../words/pauses.ts'
import { againMs, dependantsOf, involvedIn, sharesFiles } from './busy-set.ts'
import { waitsForProvider } from './waits-for-provider.ts'

/**
 * Whatever lives in a container that Compose makes again follows by a rollout of its own, right after that, since it
 * cannot be made before. So each has to be one that we may roll out, with all that lives in it: else it would stay
 * broken, and what it lives in is held.
 *
 * @returns with `followedBy` grown to everything that is made again afterwards, however far away
 */
export async function withFollowers(
  app: App,
  workload: Pick<Workload, 'id' | 'name'>,
  decided: Decision,
  signal: AbortSignal,
): Promise<Decision> {
  const first = decided.isRolloutDue ? (decided.followedBy ?? []) : []
  if (first.length === 0) return decided
  const watched = (await Promise.all(app.targets.map((target) => watchedWorkloads(app, target, signal)))).flat()
  const found = new Set<string>()
  const held = (id: string, { code, sentence }: Decision['reason']) =>
    code.startsWith('TARGET_')
      ? { ...decision('unknown', code, sentence, decided.candidate), againInMs: againMs }
      : decision('held', 'DEPENDENT', `${id} lives in its container and would break: ${sentence}`, decided.candidate)
  const stuck: WatchedWorkload[] = []
  const unwell = new Set<string>()
  const waiting = [...first]
  for (const id of waiting) {
    if (found.has(id)) continue
    if (id === workload.id) return held(id, { code: 'DEPENDENT', sentence: 'they use each other in a circle' })
    found.add(id)
    const each = watched.find((one) => one.workload.id === id)
    const why = each === undefined ? unwatched : await whyNot(app, each)
    if (each === undefined || why !== null) return held(id, { code: 'DEPENDENT', sentence: why ?? unwatched })
    if (each.workload.isRunning && waitsForProvider(each)) stuck.push(each)
    const preparation = await prepareToFollow(each, signal)
    if (preparation.kind === 'held') return held(id, preparation.reason)
    for (const member of dependantsOf(each.workload)) found.add(member)
    for (const member of each.workload.unwell ?? []) unwell.add(member)
    waiting.push(...(preparation.followedBy ?? []))
  }
  for (const { workload: each } of stuck) {
    const isForThis = (each.leftAlone?.waitsFor ?? []).some((id) => id === workload.id || found.has(id))
    if (!isForThis && each.leftAlone !== null) return held(each.id, each.leftAlone)
  }
  const followedBy = [...found]
  const due = { ...decided, followedBy, ...(unwell.size > 0 && { unwell: [...unwell] }) }
  return (await busyFollower(app, workload, followedBy)) ?? due
}

const unwatched = 'have it watched, with mode auto, and it follows'

/** Why one that it lives in is not followed by it by itself, and what changes that; null where it is. */
async function whyNot(app: Pick<App, 'store' | 'clock'>, watched: WatchedWorkload): Promise<string | null> {
  const { workload, settings } = watched
  const { leftAlone } = workload
  // Of one that does not run Compose alone could tell that it has to be made again, and does not.
  if (workload.kind === 'compose' && leftAlone?.code === 'STOPPED') return `${leftAlone.sentence}; start or remove it`
  if (watched.kind === 'unwatchable' && !canFollow(watched)) {
    const { code, sentence } = watched.decision.reason
    return code === 'NOT_WATCHED' ? unwatched : sentence
  }
  if (settings.mode !== 'auto') return unwatched
  const [pause] = activePauses(await app.store.pauses(), workload.id, app.clock.now())
  if (pause !== undefined) return tellPause(pause, null)
  const row = await app.store.workload(workload.id)
  return row?.reason.code === 'CHANGED_BY_HAND' ? row.reason.sentence : null
}

/**
 * A container that names no tag has nothing to be rolled out to, one that is stopped is made again as it is, and what
 * waits for what it lives in may well wait for this very rollout.
 */
function canFollow(watched: WatchedWorkload): boolean {
  if (watched.kind === 'watchable') return true
  const { code } = watched.decision.reason
  if (watched.workload.kind === 'container' && (code === 'STOPPED' || code === 'NOT_A_TAG')) return true
  return waitsForProvider(watched)
}

/** Whether it could be made again, as it will have to be once what it lives in is. */
async function prepareToFollow({ target, workload }: WatchedWorkload, signal: AbortSignal): Promise<Preparation> {
  try {
    const preparation = await target.prepare?.({ ...workload, follows: null }, workload.image, signal)
    return preparation ?? { kind: 'ready', definition: null }
  } catch (error) {
    if (signal.aborted) throw error
    const { code, message } = toAppError(error)
    return { kind: 'held', reason: { code, sentence: message } }
  }
}

/** Whether a rollout of one that has to follow is under way, which would lose what it lives in; null when none is. */
async function busyFollower(
  { store }: Pick<App, 'store'>,
  { id, name }: Pick<Workload, 'id' | 'name'>,
  followedBy: readonly string[],
): Promise<Decision | null> {
  const open = (await store.openRollouts()).filter((each) => each.stage !== 'kept' && each.workload !== id)
  const isOne = (each: Rollout) => involvedIn(each).some((one) => followedBy.includes(one))
  const rollout = open.find((each) => isOne(each) || sharesFiles({ followedBy }, each.workload))
  if (rollout === undefined) return null
  const how = isOne(rollout) ? 'lives' : 'shares its files with what lives'
  const sentence = `${rollout.name} ${how} in ${name}, and its own rollout is at ${rollout.step}`
  return { ...decision('rolling-out', 'ROLLOUT_OPEN', sentence), againInMs: againMs, waitsFor: rollout.workload }
}

/**
 * Ids of what has to follow because of what was rolled out, as those do that live in Compose's containers; none where
 * nothing has to.
 */
export async function owedFollows(
  app: App,
  rolledOut: readonly Rollout[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (rolledOut.length === 0) return []
  const all = await Promise.all(app.targets.map((target) => watchedWorkloads(app, target, signal).catch(() => [])))
  const due = all.flat().filter(({ workload, settings }) => workload.follows != null && settings.mode === 'auto')
  return due.filter((each) => each.kind === 'watchable' || canFollow(each)).map(({ workload }) => workload.id)
}
