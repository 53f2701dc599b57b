import { toAppError } from '../errors.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Target } from '../targets/target.ts'
import type { App } from './app.ts'
import { recordGone } from './record-decision.ts'
import { adoptFoundRollouts, openRollouts, resumeRollout } from './recover.ts'
import { decideAndRecord, scan } from './run-pass.ts'
import { planScans, scanKey, type ScanWork } from './scan-plan.ts'
import { startRollout } from './start-rollout.ts'
import { repositoryOf, watchedWorkloads, type WatchedWorkload } from './watched-workloads.ts'

/** The interval is spread by this part of it either way, so that many repositories do not ask at once. */
const jitter = 0.1

/** Changes on a target within this time are looked at together: one `docker run` makes several events. */
const settleMs = 200

/** How soon a target that could not be looked at is tried again. */
const targetRetryMs = 10_000

/**
 * The loop, until the signal fires: polls every repository, follows the events of every target, and
 * rolls out what is due. Resolves when all that runs has been parked or has ended.
 */
export async function runService(app: App, queue: Queue, stop: AbortSignal): Promise<void> {
  const loops = app.targets.map((target) => followTarget(app, queue, target, stop))
  await Promise.all(loops)
  await queue.close()
}

async function followTarget(app: App, queue: Queue, target: Target, stop: AbortSignal): Promise<void> {
  const polls = new Map<string, number>()
  const wake = createWake()
  const follower: Follower = { app, queue, target, stop, polls, looks: new Map(), wake }
  const watching = target.watch?.(() => wake.ring(), stop).catch((error: unknown) => tell(app, target, error))
  let isFirst = true
  while (!stop.aborted) {
    let pauseMs = targetRetryMs
    try {
      if (isFirst) await adoptFoundRollouts(app, target, stop)
      await takeUpOpen(follower, isFirst)
      isFirst = false
      const watched = await watchedWorkloads(app, target, stop)
      await recordGone(app, target.name, new Set(watched.map((each) => each.workload.id)))
      const scanning = startDueScans(follower, planScans(watched))
      for (const each of changed(follower, watched)) {
        const isDecidedByItsScan = each.kind === 'watchable' && scanning.has(scanKey(repositoryOf(each)))
        if (!isDecidedByItsScan) await decideAndAct(follower, each)
      }
      pauseMs = Math.max(1, Math.min(...polls.values(), app.clock.now() + app.pollIntervalMs) - app.clock.now())
    } catch (error) {
      if (!stop.aborted) tell(app, target, error)
    }
    await wake.wait(app, pauseMs, stop)
  }
  await watching
}

interface Follower {
  readonly app: App
  readonly queue: Queue
  readonly target: Target
  readonly stop: AbortSignal
  /** When each repository is due, by scan key, in milliseconds since the epoch. */
  readonly polls: Map<string, number>
  /** What each workload looked like when it was last decided: one that did not change is not decided again. */
  readonly looks: Map<string, string>
  readonly wake: ReturnType<typeof createWake>
}

function changed({ looks }: Follower, watched: readonly WatchedWorkload[]): readonly WatchedWorkload[] {
  const present = new Set(watched.map((each) => each.workload.id))
  for (const id of looks.keys()) if (!present.has(id)) looks.delete(id)
  return watched.filter((each) => {
    const look = JSON.stringify([each.workload, each.settings])
    if (looks.get(each.workload.id) === look) return false
    looks.set(each.workload.id, look)
    return true
  })
}

/**
 * Starts a scan for every repository whose time has come; its workloads are decided when it ends.
 * @returns the keys of those started
 */
function startDueScans(follower: Follower, scans: readonly ScanWork[]): ReadonlySet<string> {
  const { app, queue, polls, stop } = follower
  const now = app.clock.now()
  const wanted = new Set(scans.map((each) => each.key))
  for (const key of polls.keys()) if (!wanted.has(key)) polls.delete(key)
  const due = scans.filter((each) => (polls.get(each.key) ?? 0) <= now)
  for (const work of due) {
    polls.set(work.key, now + app.pollIntervalMs * (1 + jitter * (2 * app.random() - 1)))
    scan(app, queue, work, stop)
      .then(async () => {
        for (const each of work.workloads) await decideAndAct(follower, each)
      })
      .catch((error: unknown) => quietWhenStopping(app, work.key, error))
  }
  return new Set(due.map((each) => each.key))
}

async function decideAndAct(follower: Follower, watched: WatchedWorkload): Promise<void> {
  const { app, queue, stop } = follower
  const { decision } = await decideAndRecord(app, watched, stop, false)
  const { candidate } = decision
  if (!decision.isRolloutDue || candidate === null || watched.kind !== 'watchable' || stop.aborted) return
  const { id } = watched.workload
  queue
    .add(`rollout:${id}`, async () => {
      // Decided again at its turn: another rollout of this workload may have run while it waited.
      const again = await decideAndRecord(app, watched, stop, false)
      if (!again.decision.isRolloutDue || stop.aborted) return
      await startRollout(app, watched, candidate, stop)
      lookAgain(follower, id)
    })
    .catch((error: unknown) => quietWhenStopping(app, id, error))
}

/** A rollout changes what there is to say about its workload, also where it left the instance as it was. */
function lookAgain({ looks, wake }: Follower, workload: string): void {
  looks.delete(workload)
  wake.ring()
}

async function takeUpOpen(follower: Follower, isFirst: boolean): Promise<void> {
  const { app, queue, target, stop } = follower
  for (const rollout of await openRollouts(app, target, isFirst)) {
    queue
      .add(`rollout:${rollout.workload}`, async () => {
        const current = await app.store.rollout(rollout.id)
        if (current === null || current.stage === 'ended') return
        await resumeRollout(app, target, isFirst ? rollout : current, stop)
        lookAgain(follower, rollout.workload)
      })
      .catch((error: unknown) => quietWhenStopping(app, rollout.workload, error))
  }
}

function tell(app: App, target: Target, error: unknown): void {
  const { code, message } = toAppError(error)
  app.log.error({ target: target.name, code }, `${code}: ${message}`)
}

function quietWhenStopping(app: App, subject: string, error: unknown): void {
  const { code, message } = toAppError(error)
  if (code !== 'ABORTED') app.log.error({ subject, code }, `${subject}: ${code}: ${message}`)
}

/** Lets a sleeping loop be woken by changes; changes close together wake it once. */
function createWake() {
  let bell: AbortController | null = null
  let hasRung = false
  return {
    ring(): void {
      hasRung = true
      bell?.abort()
    },
    async wait(app: App, ms: number, stop: AbortSignal): Promise<void> {
      bell = new AbortController()
      if (!hasRung) await app.clock.sleep(ms, AbortSignal.any([stop, bell.signal]))
      if (hasRung) await app.clock.sleep(settleMs, stop)
      hasRung = false
    },
  }
}
