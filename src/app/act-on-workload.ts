import { toAppError } from '../errors.ts'
import { keepOnly, lookAgain, type Follower } from './follower.ts'
import { recordDecision } from './record-decision.ts'
import { openRollouts, resumeRollout } from './recover.ts'
import { decideByState } from './run-pass.ts'
import { startRollout } from './start-rollout.ts'
import { watchedWorkloads } from './watched-workloads.ts'

/** How soon work that failed on our own side, as when the state could not be written, is tried again. */
const retryMs = 10_000

/** Decides a workload by its latest look and begins what is due. Work of its own, so that a slow registry stalls no other. */
export function actOnWorkload(follower: Follower, id: string): void {
  const { queue } = follower
  queue.add(`decide:${id}`, () => decideAndAct(follower, id)).catch((error: unknown) => tryLater(follower, id, error))
}

async function decideAndAct(follower: Follower, id: string): Promise<void> {
  const { app, looks, driven, stop } = follower
  const look = looks.get(id)
  // While it is driven only its journal tells how it stands; it is looked at again afterwards.
  if (look === undefined || driven.has(id) || stop.aborted) return
  const decision = await decideByState(app, look.watched, stop, false)
  // A decision on an old look would read our own rollout as somebody's change by hand.
  if (looks.get(id) !== look || driven.has(id)) return
  if (decision.againInMs !== null) decideIn(follower, id, decision.againInMs)
  await recordDecision(app, look.watched, decision)
  if (decision.isRolloutDue) drive(follower, id, () => rollOutIfDue(follower, id))
}

/** Looks and decides afresh, since its turn may come late: another container, another candidate, or nothing to do. */
async function rollOutIfDue({ app, target, stop }: Follower, id: string): Promise<void> {
  const watched = (await watchedWorkloads(app, target, stop)).find((each) => each.workload.id === id)
  if (watched === undefined || stop.aborted) return
  const decision = await decideByState(app, watched, stop, false)
  await recordDecision(app, watched, decision)
  if (watched.kind !== 'watchable' || !decision.isRolloutDue || decision.candidate === null) return
  await startRollout(app, watched, decision.candidate, stop)
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
  for (const rollout of open) {
    if (driven.has(rollout.workload) || (takeUps.get(rollout.id) ?? now) > now) continue
    // A kept one that is due waits for its new version to run again; others wait for the engine or the disk.
    const restMs = rollout.stage === 'kept' ? app.pollIntervalMs : retryMs
    drive(follower, rollout.workload, async () => {
      try {
        await resumeRollout(app, target, rollout, stop)
      } finally {
        takeUps.set(rollout.id, app.clock.elapsed() + restMs)
      }
    })
  }
}

/** One at a time for each workload. What it left is looked at afterwards, also where the instance is as it was. */
function drive(follower: Follower, workload: string, work: () => Promise<void>): void {
  const { queue, driven } = follower
  driven.add(workload)
  queue
    .add(`rollout:${workload}`, work)
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
