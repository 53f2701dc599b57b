import { toAppError } from '../../errors.ts'
import { createTurns } from '../../lib/in-turn.ts'
import type { Queue } from '../../jobs/queue.ts'
import type { Target } from '../../targets/target.ts'
import { actOnWorkload, takeUpOpen } from './act-on-workload.ts'
import type { App } from '../app.ts'
import { createSettling, hasLooked, looksFirst, type Settling } from '../brake/settling.ts'
import { endedPauses } from '../words/ended-pauses.ts'
import { heed, keepOnly, look, pauseMs, type Follower } from './follower.ts'
import { isDeciding } from './is-deciding.ts'
import { createLiveness, type Pulse } from './liveness.ts'
import { recordGone } from '../decisions/record-decision.ts'
import { tryToAdopt } from '../rollouts/recover.ts'
import { scanKey } from '../scans/scan-key.ts'
import { planScans, type ScanWork } from '../scans/scan-plan.ts'
import { scanFirst, scanNow, startScan } from '../scans/start-scan.ts'
import { createWake } from './wake.ts'
import { noteEngine } from './note-engine.ts'
import { repositoryOf, watchedWorkloads } from '../workloads/watched-workloads.ts'

/** How soon a target that could not be looked at is tried again. */
const targetRetryMs = 10_000

/**
 * The loop, until the signal fires: polls every repository, follows the events of every target, and
 * rolls out what is due. Resolves when all that runs has been parked or has ended.
 *
 * @param liveness is told of every turn
 */
export async function runService(
  app: App,
  queue: Queue,
  stop: AbortSignal,
  liveness = createLiveness(app.clock),
): Promise<void> {
  // Wishes count by the name of a target, whatever its kinds, so nothing begins there before each of them has looked.
  const settling = new Map(app.targets.map(({ name }) => [name, createSettling()]))
  const followers = app.targets.map((target) =>
    follow(app, queue, target, stop, settling.get(target.name) ?? createSettling()),
  )
  for (const each of followers) looksFirst(each)
  const following = followers.map((each) => followTarget(each, liveness.watch(each.target.name)))
  await Promise.all([...following, app.keeper?.run(stop)])
  await queue.close()
}

async function followTarget(follower: Follower, pulse: Pulse): Promise<void> {
  const { app, target, stop, wake } = follower
  const viewer = app.overview.add(target.name, (key) => isDeciding(follower, key))
  const unsubscribe = app.nudges.subscribe((nudge) => {
    if (nudge.kind === 'scan') return scanNow(follower, nudge.repository, nudge.at)
    if (nudge.kind === 'decide' && nudge.lookedSince !== undefined) {
      scanFirst(follower, nudge.workload, nudge.lookedSince)
    }
    heed(follower, nudge)
  })
  const watching = target
    .watch?.(
      () => wake.ring(),
      stop,
      (error) => tell(app, target, error),
    )
    .catch((error: unknown) => tell(app, target, error))
  let hasAdopted = false
  let hasTakenUp = false
  let trouble: string | null = null
  while (!stop.aborted) {
    let waitMs = targetRetryMs
    pulse.work()
    try {
      const unadopted = hasAdopted ? null : await tryToAdopt(app, target, stop)
      await takeUpOpen(follower, !hasTakenUp)
      hasTakenUp = true
      // Nothing begins before it is known whether the state was lost.
      if (unadopted !== null) throw unadopted
      if (!hasAdopted) await noteEngine(app, target, stop)
      hasAdopted = true
      viewer.sees(await turn(follower))
      waitMs = pauseMs(follower, app.pollIntervalMs)
      trouble = null
    } catch (error) {
      // Told once, not at every try, while it stays the same.
      if (!stop.aborted && toAppError(error).code !== trouble) tell(app, target, error)
      trouble = toAppError(error).code
      viewer.fails(toAppError(error))
    }
    hasLooked(follower)
    pulse.rest(waitMs)
    await wake.wait(waitMs, stop)
  }
  pulse.end()
  unsubscribe()
  await watching
}

const follow = (app: App, queue: Queue, target: Target, stop: AbortSignal, settling: Settling): Follower => ({
  app,
  queue,
  target,
  stop,
  wake: createWake(app.clock),
  polls: new Map(),
  again: new Map(),
  wanted: new Set(),
  pauseEnds: new Map(),
  takeUps: new Map(),
  scans: new Map(),
  lookFirst: new Map(),
  looks: new Map(),
  inTurn: createTurns(),
  waiting: new Map(),
  settling,
  driven: new Set(),
})

/**
 * One turn of the loop: look at the target, start the scans that are due, decide what changed. Waits for neither.
 * @returns every repository that is followed now
 */
async function turn(follower: Follower): Promise<readonly ScanWork[]> {
  const { app, target, stop, settling } = follower
  const watched = await watchedWorkloads(app, target, stop)
  settling.seen.set(target.kind, watched.length)
  await recordGone(app, target, new Set(watched.map((each) => each.workload.id)))
  const toDecide = new Set(look(follower, watched))
  const scans = planScans(watched)
  const scanning = startDueScans(follower, scans, await endedPauses(follower))
  for (const each of watched) {
    const isDecidedByItsScan = each.kind === 'watchable' && scanning.has(scanKey(repositoryOf(each)))
    if (toDecide.has(each.workload.id) && !isDecidedByItsScan) actOnWorkload(follower, each.workload.id)
  }
  return scans
}

/**
 * Starts a scan for every repository whose time has come, or whose tags are all to be known from now on; its workloads
 * are decided when it ends.
 * @param isReleased whether a workload was under a pause until just now: what was pushed meanwhile is not to wait for the poll
 * @returns the keys of those started
 */
function startDueScans(
  follower: Follower,
  scans: readonly ScanWork[],
  isReleased: (workload: string) => boolean,
): ReadonlySet<string> {
  const { app, polls } = follower
  const now = app.clock.elapsed()
  keepOnly(new Set(scans.map((each) => each.key)), polls, follower.scans)
  keepOnly(new Set(scans.flatMap(({ workloads }) => workloads.map(({ workload }) => workload.id))), follower.lookFirst)
  const listed = scans.filter(({ key, isListed }) => isListed && follower.scans.get(key)?.isListed === false)
  for (const work of scans) follower.scans.set(work.key, work)
  const released = scans.filter(
    (each) => listed.includes(each) || each.workloads.some(({ workload }) => isReleased(workload.id)),
  )
  const due = scans.filter((each) => (polls.get(each.key) ?? now) <= now && !released.includes(each))
  for (const { workload } of released.flatMap((each) => each.workloads)) {
    if (isReleased(workload.id)) follower.lookFirst.set(workload.id, now)
  }
  for (const work of released) startScan(follower, work, now)
  for (const work of due) startScan(follower, work, now - app.pollIntervalMs / 2)
  return new Set([...released, ...due].map((each) => each.key))
}

function tell(app: App, target: Target, error: unknown): void {
  const { code, message } = toAppError(error)
  app.log.error({ target: target.name, code }, `${code}: ${message}`)
}
