import { toAppError } from '../../errors.ts'
import { beginRollout } from '../rollouts/begin-rollout.ts'
import { isAskedByHand } from '../brake/asked-by-hand.ts'
import { untilSettled } from '../brake/until-settled.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { EarlierDecision } from '../decisions/earlier-decision.ts'
import { keepOnly, lookAgain, type Follower } from './follower.ts'
import { inPlace, leavePlace } from '../groups/in-place.ts'
import { beginKey, openKey } from '../groups/rollout-keys.ts'
import { recordDecision } from '../decisions/record-decision.ts'
import { openRollouts, resumeRollout } from '../rollouts/recover.ts'
import { backWaitLeftMs, tryNow } from '../../rollout/back-wait.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import { restLeftMs } from '../../rollout/rest-left.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { withdrawn } from '../decisions/withdrawn.ts'
import { turnOf } from '../workloads/turn-of.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

/** How soon work that failed on our own side, as when the state could not be written, is tried again. */
const retryMs = 10_000

/** Decides a workload by its latest look and begins what is due. Work of its own, so that a slow registry stalls no other. */
export function actOnWorkload(follower: Follower, id: string): void {
  const { queue, settling } = follower
  const key = `decide:${id}`
  settling.underWay.add(key)
  queue
    .add(key, () => decideAndAct(follower, id))
    .catch((error: unknown) => tryLater(follower, id, error))
    .finally(() => settling.underWay.delete(key))
}

async function decideAndAct(follower: Follower, id: string): Promise<void> {
  const { app, looks, wanted, driven, stop } = follower
  const look = looks.get(id)
  if (look === undefined || stop.aborted) return
  // While it is driven only its journal tells how it stands; it is looked at again afterwards.
  if (driven.has(id)) {
    app.nudges.send({ kind: 'reconsider', workload: id })
    return isAsked(look.watched) ? leavePlace(follower, turnOf(id)) : undefined
  }
  if (hasToBeLookedUp(follower, look.watched)) return
  const at = app.clock.elapsed()
  const urgency = wanted.delete(id) ? 'wanted' : 'background'
  const decision = await decideByState(app, look.watched, stop, false, { urgency })
  // A decision on an old look would read our own rollout as somebody's change by hand.
  if (looks.get(id) !== look || driven.has(id) || hasToBeLookedUp(follower, look.watched)) return
  if (decision.againInMs !== null) decideIn(follower, id, decision.againInMs)
  await recordDecision(app, look.watched, decision)
  const decided = { watched: look.watched, decision, at }
  if (!decision.isRolloutDue) return
  if (isAsked(look.watched)) leavePlace(follower, turnOf(id))
  // What a person says while it waits for its turn counts.
  const key = (): string => beginKey((looks.get(id) ?? look).watched)
  drive(follower, id, key, () => rollOutIfDue(follower, id, decided))
}

/** Its scan, which is under way or waits for its turn, has it decided. What asks no registry does not wait for one. */
function hasToBeLookedUp({ lookFirst }: Follower, watched: WatchedWorkload): boolean {
  const { id, follows = null } = watched.workload
  return lookFirst.has(id) && !isAsked(watched) && follows === null
}

const isAsked = (watched: WatchedWorkload): boolean => watched.kind === 'watchable' && isAskedByHand(watched)

/** How soon one that waits for another is looked at again. */
const waitMs = 1000

/** Its turn may come late, so all is looked at and decided afresh. */
async function rollOutIfDue(follower: Follower, id: string, earlier: EarlierDecision): Promise<void> {
  const { app, target, stop } = follower
  const hasWord = earlier.watched.kind === 'watchable' && earlier.watched.override !== null
  if (!hasWord) await untilSettled(follower)
  // It has waited for its place since before what was held was let go.
  if (hasToBeLookedUp(follower, earlier.watched)) return
  const how = { stop, ignoresBackoff: false, isAlone: false, looked: null, earlier }
  const begun = await beginRollout(app, target, id, how)
  if (begun.kind === 'waits') decideIn(follower, id, waitMs)
}

/**
 * Takes up rollouts that nobody drives: left by a former process, parked while the engine was away, or kept until now.
 * @param isFirst whether this process has driven nothing on this target yet
 */
export async function takeUpOpen(follower: Follower, isFirst: boolean): Promise<void> {
  const { app, target, takeUps, driven, stop } = follower
  const open = await openRollouts(app, target, isFirst)
  const now = app.clock.elapsed()
  keepOnly(new Set(open.map((each) => each.id)), takeUps)
  for (const left of open) {
    if (driven.has(left.workload)) continue
    const rollout = isAskedToTry(follower, left) ? tryNow(left) : left
    const leftMs = restLeftMs(rollout, app.clock.now())
    // What a person says meanwhile is not to wait for a registry.
    const isDueNow =
      rollout !== left || (waitLeftMs(rollout, app.clock.now()) > 0 && (await withdrawn(app.store, rollout)) !== null)
    if (leftMs > 0 && !isDueNow) takeUps.set(rollout.id, now + leftMs)
    if (!isDueNow && (takeUps.get(rollout.id) ?? now) > now) continue
    // A kept one that is due waits for its new version to run again; others wait for the engine or the disk.
    const restMs = rollout.stage === 'kept' ? app.pollIntervalMs : retryMs
    drive(
      follower,
      rollout.workload,
      () => keyOf(follower, rollout),
      async () => {
        try {
          await resumeRollout(app, target, rollout, stop)
        } finally {
          takeUps.set(rollout.id, app.clock.elapsed() + restMs)
        }
      },
    )
  }
}

/** Whether somebody had a word on a workload whose old version waits to be brought back, once for each word. */
const isAskedToTry = ({ app, wanted }: Follower, rollout: Rollout): boolean =>
  backWaitLeftMs(rollout, app.clock.now()) > 0 && wanted.delete(rollout.workload)

/** What gave its place up while it waited for its registry takes one again. */
function keyOf({ looks }: Follower, { workload, registryWait }: Rollout): string {
  const look = registryWait === undefined ? undefined : looks.get(workload)
  return look === undefined ? openKey(workload) : beginKey(look.watched)
}

/** One at a time for each workload. What it left is looked at afterwards, also where the instance is as it was. */
function drive(follower: Follower, workload: string, key: () => string, work: () => Promise<void>): void {
  const { driven, inTurn } = follower
  const turn = turnOf(workload)
  driven.add(workload)
  inTurn(turn, () => inPlace(follower, turn, key(), work))
    .finally(() => driven.delete(workload))
    .then(() => lookAgain(follower, workload))
    .catch((error: unknown) => tryLater(follower, workload, error))
}

function tryLater(follower: Follower, workload: string, error: unknown): void {
  const { app, stop } = follower
  const { code, message } = toAppError(error)
  if (code === 'ABORTED' && stop.aborted) return
  app.log.error({ workload, code }, `${code}: ${message}`)
  decideIn(follower, workload, retryMs)
}

function decideIn({ app, again, wake }: Follower, workload: string, ms: number): void {
  again.set(workload, app.clock.elapsed() + ms)
  // The loop may be asleep for longer than that.
  wake.ring()
}
