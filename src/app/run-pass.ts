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
import { beginKey, openKey } from './groups/rollout-keys.ts'
import { owesTakeBack } from './groups/owes-take-back.ts'
import { createPassTurns, type PassTurns } from './groups/pass-turns.ts'
import { noteEngine } from './note-engine.ts'
import { recordDecision, recordGone } from './record-decision.ts'
import { adoptFoundRollouts, openRollouts, resumeRollout } from './recover.ts'
import { scanKey } from './scan-key.ts'
import { owesFollow } from './sets/plain-followers.ts'
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
  const over = (isSecond: boolean) => {
    const turns = createPassTurns(app.targets, app.clock)
    const passing = { only, since, isScanned: isSecond, turns }
    return Promise.all(app.targets.map((target) => passTarget(app, queue, target, stop, passing)))
  }
  const first = await over(false)
  // What one failure takes back of its group may be on another target, whose part was over by then.
  const rolledOut = first.flatMap((each) => each.rollouts)
  const owed = only === null && !stop.aborted ? await owesMore(app, rolledOut, stop) : false
  const second = owed === true ? await over(true) : []
  const parts = [...first, ...second]
  return {
    workloads: byId((second.length > 0 ? second : first).flatMap((each) => each.workloads)),
    rollouts: parts.flatMap((each) => each.rollouts),
    failures: distinct([...parts.flatMap((each) => each.failures), ...(typeof owed === 'boolean' ? [] : [owed])]),
  }
}

/** Whether what was rolled out leaves something to do elsewhere, or why nobody can tell. */
async function owesMore(app: App, rolledOut: readonly Rollout[], stop: AbortSignal): Promise<boolean | Failure> {
  try {
    return (await owesTakeBack(app)) || (await owesFollow(app, rolledOut, stop))
  } catch (error) {
    return { subject: 'state', error: toAppError(error) }
  }
}

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
  const { only, isScanned: isSecond = false } = looking
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
  let begins: readonly string[] = []
  const keep = (rollout: Rollout | null) => rollout !== null && rollouts.push(rollout)
  try {
    if (!isSecond) {
      await adoptFoundRollouts(app, target, stop)
      await noteEngine(app, target, stop)
      const open = (await openRollouts(app, target, true)).filter((each) => isMeant(each.workload, only))
      const resume = (each: Rollout) =>
        run(each.workload, openKey(each.workload), () => resumeRollout(app, target, each, stop))
      for (const each of await Promise.all(open.map(resume))) keep(each)
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
      const how = { stop, isAlone: only !== null, hadTurn: turns.hadTurn, ignoresBackoff: true }
      for (let isFirst = true; ; isFirst = false) {
        const look = isFirst && !isShared && !ofSets.has(id) ? looked : null
        const had = new Set(turns.hadTurn)
        const begun = await run(id, key, () => beginRollout(app, target, id, { ...how, looked: look }))
        if (begun?.kind === 'begun') keep(begun.rollout)
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
    return { workloads, rollouts, failures }
  } catch (error) {
    return { workloads: [], rollouts, failures: [...failures, { subject: target.name, error: toAppError(error) }] }
  } finally {
    turns.hasLooked(target, [])
    for (const id of begins) turns.endTurn(id)
  }
}

const isInSet = ({ after, workload }: WatchedWorkload): boolean => after.length + (workload.dependants ?? []).length > 0

const isMeant = (workload: string, only: string | null): boolean => only === null || workload === only

interface Decided {
  readonly watched: WatchedWorkload
  readonly decision: Decision
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
  const decided = await Promise.all(watched.map(decide))
  // What held them may have moved on while they were decided.
  const again = (each: Decided) =>
    each.decision.reason.code === 'GROUP_STOPPED' ? decideAndRecord(app, each.watched, stop) : each
  return Promise.all(decided.map(again))
}

async function decideAndRecord(app: App, watched: WatchedWorkload, signal: AbortSignal): Promise<Decided> {
  const decision = await decideByState(app, watched, signal, true)
  await recordDecision(app, watched, decision)
  return { watched, decision }
}
