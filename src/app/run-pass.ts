import { toAppError, type AppError } from '../errors.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Target } from '../targets/target.ts'
import type { App } from './app.ts'
import { decideWorkload } from './decide-workload.ts'
import type { Decision } from './decision.ts'
import { recordDecision, recordGone } from './record-decision.ts'
import { adoptFoundRollouts, openRollouts, resumeRollout } from './recover.ts'
import { isWatchable, planScans, scanKey, type ScanWork } from './scan-plan.ts'
import { scanRepository } from './scan-repository.ts'
import { startRollout } from './start-rollout.ts'
import { repositoryOf, watchedWorkloads, type WatchedWorkload } from './watched-workloads.ts'

/** What one full pass did. */
export interface PassReport {
  readonly workloads: readonly { readonly id: string; readonly image: string; readonly decision: Decision }[]
  /** Rollouts that were driven, at rest. */
  readonly rollouts: readonly Rollout[]
  /** Targets that could not be looked at, and rollouts that could not be driven. */
  readonly failures: readonly { readonly subject: string; readonly error: AppError }[]
}

/** One full pass over everything: take up what was left open, look, decide, roll out, and wait for it all. */
export async function runPass(app: App, queue: Queue, stop: AbortSignal): Promise<PassReport> {
  const parts = await Promise.all(app.targets.map((target) => passTarget(app, queue, target, stop)))
  return {
    workloads: parts.flatMap((each) => each.workloads),
    rollouts: parts.flatMap((each) => each.rollouts),
    failures: parts.flatMap((each) => each.failures),
  }
}

async function passTarget(app: App, queue: Queue, target: Target, stop: AbortSignal): Promise<PassReport> {
  const rollouts: Rollout[] = []
  const failures: { subject: string; error: AppError }[] = []
  const run = (workload: string, work: () => Promise<Rollout>): Promise<void> =>
    queue
      .add(`rollout:${workload}`, async () => void rollouts.push(await work()))
      .catch((error: unknown) => void failures.push({ subject: workload, error: toAppError(error) }))
  try {
    await adoptFoundRollouts(app, target, stop)
    const open = await openRollouts(app, target, true)
    await Promise.all(open.map((each) => run(each.workload, () => resumeRollout(app, target, each, stop))))

    const before = await lookAndDecide(app, queue, target, stop)
    const due = before.filter((each) => each.decision.isRolloutDue)
    await Promise.all(due.map((each) => run(each.watched.workload.id, () => begin(app, each, stop))))

    const after = due.length === 0 ? before : await lookAndDecide(app, queue, target, stop, true)
    const workloads = after.map(({ watched, decision }) => ({
      id: watched.workload.id,
      image: watched.workload.image,
      decision,
    }))
    return { workloads, rollouts, failures }
  } catch (error) {
    return { workloads: [], rollouts, failures: [...failures, { subject: target.name, error: toAppError(error) }] }
  }
}

interface Decided {
  readonly watched: WatchedWorkload
  readonly decision: Decision
}

async function begin(app: App, { watched, decision }: Decided, stop: AbortSignal): Promise<Rollout> {
  if (watched.kind !== 'watchable' || decision.candidate === null) throw new Error('no rollout is due')
  return startRollout(app, watched, decision.candidate, stop)
}

async function lookAndDecide(
  app: App,
  queue: Queue,
  target: Target,
  stop: AbortSignal,
  isScanned = false,
): Promise<readonly Decided[]> {
  const watched = await watchedWorkloads(app, target, stop)
  await recordGone(app, target.name, new Set(watched.map((each) => each.workload.id)))
  const works = isScanned ? [] : planScans(watched)
  const scans = new Map(works.map((work) => [work.key, scan(app, queue, work, stop)]))
  // Each is decided once its own repository has been looked at: a slow one holds up no other.
  const decide = async (each: WatchedWorkload): Promise<Decided> => {
    if (isWatchable(each)) await scans.get(scanKey(repositoryOf(each)))
    return decideAndRecord(app, each, stop)
  }
  return Promise.all(watched.map(decide))
}

/** Scans as a keyed job. A failing look is part of the observation; only the state itself can fail here. */
export function scan(app: App, queue: Queue, work: ScanWork, signal: AbortSignal): Promise<void> {
  return queue.add(work.key, async () => {
    await scanRepository({ ...app, memory: app.store }, work.repository, work.tags, signal)
  })
}

/** @param ignoresBackoff whether what failed by its surroundings may be tried before its time; a pass by hand may */
export async function decideByState(
  app: App,
  watched: WatchedWorkload,
  signal: AbortSignal,
  ignoresBackoff: boolean,
): Promise<Decision> {
  const observation =
    watched.kind === 'watchable'
      ? await app.store.tagObservation(watched.reference.registry, watched.reference.repository, watched.tag)
      : null
  return decideWorkload(app, watched, observation, { ignoresBackoff, signal })
}

async function decideAndRecord(app: App, watched: WatchedWorkload, signal: AbortSignal): Promise<Decided> {
  const decision = await decideByState(app, watched, signal, true)
  await recordDecision(app, watched, decision)
  return { watched, decision }
}
