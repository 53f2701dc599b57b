import { toAppError } from '../errors.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Target } from '../targets/target.ts'
import { actOnWorkload, takeUpOpen } from './act-on-workload.ts'
import type { App } from './app.ts'
import { keepOnly, look, pauseMs, type Follower } from './follower.ts'
import { recordGone } from './record-decision.ts'
import { adoptFoundRollouts } from './recover.ts'
import { scan } from './run-pass.ts'
import { planScans, scanKey, type ScanWork } from './scan-plan.ts'
import { createWake } from './wake.ts'
import { repositoryOf, watchedWorkloads } from './watched-workloads.ts'

/** The interval is spread by this part of it either way, so that many repositories do not ask at once. */
const jitter = 0.1

/** How soon a target that could not be looked at is tried again. */
const targetRetryMs = 10_000

/**
 * The loop, until the signal fires: polls every repository, follows the events of every target, and
 * rolls out what is due. Resolves when all that runs has been parked or has ended.
 */
export async function runService(app: App, queue: Queue, stop: AbortSignal): Promise<void> {
  await Promise.all(app.targets.map((target) => followTarget(app, queue, target, stop)))
  await queue.close()
}

async function followTarget(app: App, queue: Queue, target: Target, stop: AbortSignal): Promise<void> {
  const follower = follow(app, queue, target, stop)
  const { wake } = follower
  const watching = target.watch?.(() => wake.ring(), stop).catch((error: unknown) => tell(app, target, error))
  let hasAdopted = false
  let trouble: string | null = null
  while (!stop.aborted) {
    let waitMs = targetRetryMs
    try {
      if (!hasAdopted) await adoptFoundRollouts(app, target, stop)
      await takeUpOpen(follower, !hasAdopted)
      hasAdopted = true
      await turn(follower)
      waitMs = pauseMs(follower, app.pollIntervalMs)
      trouble = null
    } catch (error) {
      // Told once, not at every try, while it stays the same.
      if (!stop.aborted && toAppError(error).code !== trouble) tell(app, target, error)
      trouble = toAppError(error).code
    }
    await wake.wait(waitMs, stop)
  }
  await watching
}

const follow = (app: App, queue: Queue, target: Target, stop: AbortSignal): Follower => ({
  app,
  queue,
  target,
  stop,
  wake: createWake(app.clock),
  polls: new Map(),
  again: new Map(),
  takeUps: new Map(),
  looks: new Map(),
  driven: new Set(),
})

/** One turn of the loop: look at the target, start the scans that are due, decide what changed. Waits for neither. */
async function turn(follower: Follower): Promise<void> {
  const { app, target, stop } = follower
  const watched = await watchedWorkloads(app, target, stop)
  await recordGone(app, target.name, new Set(watched.map((each) => each.workload.id)))
  const toDecide = new Set(look(follower, watched))
  const scanning = startDueScans(follower, planScans(watched))
  for (const each of watched) {
    const isDecidedByItsScan = each.kind === 'watchable' && scanning.has(scanKey(repositoryOf(each)))
    if (toDecide.has(each.workload.id) && !isDecidedByItsScan) actOnWorkload(follower, each.workload.id)
  }
}

/**
 * Starts a scan for every repository whose time has come; its workloads are decided when it ends.
 * @returns the keys of those started
 */
function startDueScans(follower: Follower, scans: readonly ScanWork[]): ReadonlySet<string> {
  const { app, queue, polls, stop } = follower
  const now = app.clock.elapsed()
  keepOnly(new Set(scans.map((each) => each.key)), polls)
  const due = scans.filter((each) => (polls.get(each.key) ?? now) <= now)
  for (const work of due) {
    polls.set(work.key, now + app.pollIntervalMs * (1 + jitter * (2 * app.random() - 1)))
    scan(app, queue, work, stop)
      .catch((error: unknown) => tellUnlessStopping(app, work.key, error))
      // Also where the scan could not be kept: the workload may be new.
      .finally(() => work.workloads.forEach((each) => actOnWorkload(follower, each.workload.id)))
  }
  return new Set(due.map((each) => each.key))
}

function tell(app: App, target: Target, error: unknown): void {
  const { code, message } = toAppError(error)
  app.log.error({ target: target.name, code }, `${code}: ${message}`)
}

function tellUnlessStopping(app: App, subject: string, error: unknown): void {
  const { code, message } = toAppError(error)
  if (code !== 'ABORTED') app.log.error({ subject, code }, `${subject}: ${code}: ${message}`)
}
