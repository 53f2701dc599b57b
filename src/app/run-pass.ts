import { byId } from '../lib/by-id.ts'
import { toAppError } from '../errors.ts'
import { createTurns } from '../lib/in-turn.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Target } from '../targets/target.ts'
import type { App } from './app.ts'
import { beginRollout } from './begin-rollout.ts'
import { decideByState } from './decide-by-state.ts'
import type { Decision } from './decision.ts'
import { dependenciesFirst } from './dependencies-first.ts'
import { distinct, type Failure } from './failure.ts'
import { recordDecision, recordGone } from './record-decision.ts'
import { adoptFoundRollouts, openRollouts, resumeRollout } from './recover.ts'
import { scanKey } from './scan-key.ts'
import { isWatchable, planScans } from './scan-plan.ts'
import { scan } from './scan.ts'
import { turnOf } from './turn-of.ts'
import { repositoryOf, watchedWorkloads, type WatchedWorkload } from './watched-workloads.ts'

/** What one full pass did. */
export interface PassReport {
  readonly workloads: readonly { readonly id: string; readonly image: string; readonly decision: Decision }[]
  /** Rollouts that were driven, at rest. */
  readonly rollouts: readonly Rollout[]
  /** Targets that could not be looked at, and rollouts that could not be driven. */
  readonly failures: readonly Failure[]
}

/**
 * One full pass over everything: take up what was left open, look, decide, roll out, and wait for it all.
 * @param only id of the one workload to care for; null for all
 */
export async function runPass(
  app: App,
  queue: Queue,
  stop: AbortSignal,
  only: string | null = null,
): Promise<PassReport> {
  const since = app.clock.elapsed()
  const parts = await Promise.all(app.targets.map((target) => passTarget(app, queue, target, stop, { only, since })))
  return {
    workloads: byId(parts.flatMap((each) => each.workloads)),
    rollouts: parts.flatMap((each) => each.rollouts),
    failures: distinct(parts.flatMap((each) => each.failures)),
  }
}

async function passTarget(
  app: App,
  queue: Queue,
  target: Target,
  stop: AbortSignal,
  { only, since }: Pick<Looking, 'only' | 'since'>,
): Promise<PassReport> {
  const rollouts: Rollout[] = []
  const failures: Failure[] = []
  const inTurn = createTurns()
  const run = (workload: string, work: () => Promise<Rollout | null>): Promise<void> =>
    inTurn(turnOf(workload), () => queue.add(`rollout:${workload}`, async () => void keep(await work()))).catch(
      (error: unknown) => void failures.push({ subject: workload, error: toAppError(error) }),
    )
  const keep = (rollout: Rollout | null) => rollout !== null && rollouts.push(rollout)
  try {
    await adoptFoundRollouts(app, target, stop)
    const open = (await openRollouts(app, target, true)).filter((each) => isMeant(each.workload, only))
    await Promise.all(open.map((each) => run(each.workload, () => resumeRollout(app, target, each, stop))))

    const before = await lookAndDecide(app, queue, target, stop, { only, since })
    const due = dependenciesFirst(
      before.filter((each) => each.decision.isRolloutDue).map(({ watched }) => watched.workload),
    )
    const looked = before.map(({ watched }) => watched)
    // What takes turns with others has to look again: they may have edited its files.
    const shared = Map.groupBy(due, ({ id }) => turnOf(id))
    const beginning = (id: string) => ({
      stop,
      isAlone: only !== null,
      looked: (shared.get(turnOf(id))?.length ?? 0) > 1 ? null : looked,
    })
    await Promise.all(due.map(({ id }) => run(id, () => begin(app, target, id, beginning(id)))))

    const after =
      due.length === 0 ? before : await lookAndDecide(app, queue, target, stop, { only, since, isScanned: true })
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

const isMeant = (workload: string, only: string | null): boolean => only === null || workload === only

interface Decided {
  readonly watched: WatchedWorkload
  readonly decision: Decision
}

/** In the order of the pass what it depends on has had its turn, so that it is not waited for twice. */
async function begin(
  app: App,
  target: Target,
  id: string,
  beginning: {
    readonly stop: AbortSignal
    readonly isAlone: boolean
    readonly looked: readonly WatchedWorkload[] | null
  },
): Promise<Rollout | null> {
  const options = { ...beginning, ignoresBackoff: true }
  const begun = await beginRollout(app, target, id, options)
  const last = begun.kind === 'waits' ? await beginRollout(app, target, id, { ...options, isAlone: true }) : begun
  return last.kind === 'begun' ? last.rollout : null
}

interface Looking {
  readonly only: string | null
  /** When the pass began, by `clock.elapsed()`: another target may have looked the same tags up since. */
  readonly since: number
  readonly isScanned?: boolean
}

async function lookAndDecide(
  app: App,
  queue: Queue,
  target: Target,
  stop: AbortSignal,
  { only, since, isScanned = false }: Looking,
): Promise<readonly Decided[]> {
  const all = await watchedWorkloads(app, target, stop)
  await recordGone(app, target, new Set(all.map((each) => each.workload.id)))
  const watched = all.filter((each) => isMeant(each.workload.id, only))
  const works = isScanned ? [] : planScans(watched)
  const scans = new Map(works.map((work) => [work.key, scan(app, queue, work, { signal: stop, notBefore: since })]))
  // Each is decided once its own repository has been looked at: a slow one holds up no other.
  const decide = async (each: WatchedWorkload): Promise<Decided> => {
    if (isWatchable(each)) await scans.get(scanKey(repositoryOf(each)))
    return decideAndRecord(app, each, stop)
  }
  return Promise.all(watched.map(decide))
}

async function decideAndRecord(app: App, watched: WatchedWorkload, signal: AbortSignal): Promise<Decided> {
  const decision = await decideByState(app, watched, signal, true)
  await recordDecision(app, watched, decision)
  return { watched, decision }
}
