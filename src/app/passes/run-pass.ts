import { byId } from '../../lib/by-id.ts'
import { toAppError } from '../../errors.ts'
import { createTurns } from '../../lib/in-turn.ts'
import type { Queue } from '../../jobs/queue.ts'
import type { Urgency } from '../../registries/registry.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { beginRollout } from '../rollouts/begin-rollout.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { Decision } from '../decisions/decision.ts'
import { dependenciesFirst } from '../workloads/dependencies-first.ts'
import { distinct, type Failure } from '../failure.ts'
import { beginKey, openKey } from '../groups/rollout-keys.ts'
import { createPassTurns, type PassTurns } from '../groups/pass-turns.ts'
import { noteEngine } from './note-engine.ts'
import { owedNow } from './owed-rounds.ts'
import { recordDecision, recordGone } from '../decisions/record-decision.ts'
import { openRollouts, resumeRollout, tryToAdopt } from '../rollouts/recover.ts'
import { scanKey } from '../scans/scan-key.ts'
import { dependantsOf } from '../sets/busy-set.ts'
import { withParts } from '../sets/parts-of.ts'
import { isWatchable, planScans } from '../scans/scan-plan.ts'
import { scan } from '../scans/scan.ts'
import { waitOut } from './wait-out.ts'
import { turnOf } from '../workloads/turn-of.ts'
import { repositoryOf, watchedWorkloads, type WatchedWorkload } from '../workloads/watched-workloads.ts'

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
  const over = async (meant: Meant, isScanned: boolean): Promise<PassReport> => {
    const turns = createPassTurns(app.targets, app.clock)
    const passing = { only: meant, isAsked: only !== null, since, isScanned, turns }
    return together(await Promise.all(app.targets.map((target) => passTarget(app, queue, target, stop, passing))))
  }
  const rounds = [await over(only === null ? null : new Set([only]), false)]
  const tried = new Set<string>()
  for (;;) {
    const owed = await owedNow(app, only, rounds, tried, stop)
    if (owed === null || 'error' in owed) {
      const { rollouts, failures } = together(rounds)
      const workloads = byId(rounds.at(-1)?.workloads ?? [])
      return { workloads, rollouts, failures: owed === null ? failures : distinct([...failures, owed]) }
    }
    for (const id of owed) tried.add(id)
    rounds.push(await over(only === null ? null : new Set([only, ...owed]), true))
  }
}

const together = (parts: readonly PassReport[]): PassReport => ({
  workloads: parts.flatMap((each) => each.workloads),
  rollouts: parts.flatMap((each) => each.rollouts),
  failures: distinct(parts.flatMap((each) => each.failures)),
})

/** Ids of the workloads that a pass is about; null for all. */
type Meant = ReadonlySet<string> | null

interface Passing extends Looking {
  readonly turns: PassTurns
}

async function passTarget(
  app: App,
  queue: Queue,
  target: Target,
  stop: AbortSignal,
  { turns, ...looking }: Passing,
): Promise<PassReport> {
  const { only, isAsked, isScanned: isAgain = false } = looking
  const rollouts: Rollout[] = []
  const failures: Failure[] = []
  const inTurn = createTurns()
  const run = <Result>(workload: string, key: string, work: () => Promise<Result>): Promise<Result | null> => {
    let result: Result | null = null
    const done = inTurn(turnOf(workload), () => queue.add(key, async () => void (result = await work())))
    return done.then(
      () => result,
      (error: unknown) => {
        failures.push({ subject: workload, error: toAppError(error) })
        return null
      },
    )
  }
  const goOn = (rollout: Rollout) =>
    run(rollout.workload, openKey(rollout.workload), () => resumeRollout(app, target, rollout, stop))
  const toRest = (rollout: Rollout | null) => rollout && waitOut(app, rollout, goOn, stop)
  let begins: readonly string[] = []
  const keep = (rollout: Rollout | null) => rollout !== null && rollouts.push(rollout)
  try {
    if (!isAgain) {
      const unadopted = await tryToAdopt(app, target, stop)
      const open = (await openRollouts(app, target, true)).filter((each) => isMeant(each.workload, only))
      for (const each of await Promise.all(open.map(async (left) => toRest(await goOn(left))))) keep(each)
      // Nothing begins before it is known whether the state was lost.
      if (unadopted !== null) throw unadopted
      await noteEngine(app, target, stop)
    }
    const before = await lookAndDecide(app, queue, target, stop, looking)
    const dueNow = before.filter((each) => each.decision.isRolloutDue)
    const due = dependenciesFirst(
      byId(dueNow.map(({ watched }) => ({ id: watched.workload.id, after: watched.after }))),
    )
    begins = due.map(({ id }) => id)
    turns.hasLooked(target, begins)
    await turns.untilLooked(
      target,
      due.flatMap(({ after }) => after),
    )
    const looked = before.map(({ watched }) => watched)
    // What takes turns with others has to look again: they may have edited its files.
    const shared = Map.groupBy(due, ({ id }) => turnOf(id))
    const keys = new Map(looked.map((each) => [each.workload.id, beginKey(each)]))
    // And so has what uses others or is used: their rollouts may have made some of the set again by then.
    const ofSets = new Set(looked.filter(isInSet).map(({ workload }) => workload.id))
    const takeTurn = async (id: string): Promise<void> => {
      const key = keys.get(id) ?? id
      const isShared = (shared.get(turnOf(id))?.length ?? 0) > 1
      const how = { stop, isAlone: isAsked, hadTurn: turns.hadTurn, ignoresBackoff: true }
      for (let isFirst = true; ; isFirst = false) {
        const look = isFirst && !isShared && !ofSets.has(id) ? looked : null
        const had = new Set(turns.hadTurn)
        const begun = await run(id, key, () => beginRollout(app, target, id, { ...how, looked: look }))
        if (begun?.kind === 'begun') keep(await toRest(begun.rollout))
        if (begun?.kind !== 'waits' || stop.aborted) return turns.endTurn(id)
        // A hook of the other asked to wait, and does so for longer than this pass.
        if (begun.for !== null && had.has(begun.for)) return turns.endTurn(id)
        // Outside of its turn, which the other may need.
        await turns.waitFor(begun.for, stop)
      }
    }
    await Promise.all(begins.map(takeTurn))

    const after =
      due.length === 0 ? before : await lookAndDecide(app, queue, target, stop, { ...looking, isScanned: true })
    const workloads = after.map(({ watched, decision }) => ({
      id: watched.workload.id,
      image: watched.workload.image,
      decision,
    }))
    return { workloads, rollouts: await withParts(app.store, rollouts), failures }
  } catch (error) {
    return { workloads: [], rollouts, failures: [...failures, { subject: target.name, error: toAppError(error) }] }
  } finally {
    turns.hasLooked(target, [])
    for (const id of begins) turns.endTurn(id)
  }
}

const isInSet = ({ after, workload }: WatchedWorkload): boolean => after.length + dependantsOf(workload).length > 0

const isMeant = (workload: string, only: Meant): boolean => only === null || only.has(workload)

interface Decided {
  readonly watched: WatchedWorkload
  readonly decision: Decision
}

interface Looking {
  readonly only: Meant
  /** Whether a person asked for one workload, rather than a timer for all. */
  readonly isAsked: boolean
  /** When the pass began, by `clock.elapsed()`: another target may have looked the same tags up since. */
  readonly since: number
  readonly isScanned?: boolean
}

async function lookAndDecide(
  app: App,
  queue: Queue,
  target: Target,
  stop: AbortSignal,
  { only, isAsked, since, isScanned = false }: Looking,
): Promise<readonly Decided[]> {
  const all = await watchedWorkloads(app, target, stop)
  await recordGone(app, target, new Set(all.map((each) => each.workload.id)))
  const watched = all.filter((each) => isMeant(each.workload.id, only))
  const works = isScanned ? [] : planScans(watched)
  // A pass over one workload is what a person asked for; one over all may come by a timer.
  const how = { signal: stop, notBefore: since, urgency: isAsked ? 'wanted' : 'background' } as const
  const scans = new Map(works.map((work) => [work.key, scan(app, queue, work, how)]))
  // Each is decided once its own repository has been looked at: a slow one holds up no other.
  const decide = async (each: WatchedWorkload): Promise<Decided> => {
    if (isWatchable(each)) await scans.get(scanKey(repositoryOf(each)))
    return decideAndRecord(app, each, how)
  }
  const decided = await Promise.all(watched.map(decide))
  // What held them may have moved on while they were decided.
  const again = (each: Decided) =>
    each.decision.reason.code === 'GROUP_STOPPED' ? decideAndRecord(app, each.watched, how) : each
  return Promise.all(decided.map(again))
}

async function decideAndRecord(
  app: App,
  watched: WatchedWorkload,
  { signal, urgency }: { readonly signal: AbortSignal; readonly urgency: Urgency },
): Promise<Decided> {
  const decision = await decideByState(app, watched, signal, true, { urgency })
  await recordDecision(app, watched, decision)
  return { watched, decision }
}
