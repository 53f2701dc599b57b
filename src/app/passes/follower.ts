import type { Turns } from '../../lib/in-turn.ts'
import type { Queue } from '../../jobs/queue.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import type { Settling } from '../brake/settling.ts'
import type { Nudge } from './nudges.ts'
import type { ScanWork } from '../scans/scan-plan.ts'
import type { Wake } from './wake.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

/** What the loop of one target remembers between its turns. Nothing of it has to survive. */
export interface Follower {
  readonly app: App
  readonly queue: Queue
  readonly target: Target
  readonly stop: AbortSignal
  readonly wake: Wake
  /** When each repository is to be scanned, by scan key. */
  readonly polls: DueTimes
  /** When a workload is to be decided again although nothing about it changed, by its id. */
  readonly again: DueTimes
  /** Ids of workloads whose next decision an event or a person waits for: registries are asked for it as for a rollout. */
  readonly wanted: Set<string>
  /** When pauses end by themselves, by the workload, or empty for that of everything. */
  readonly pauseEnds: DueTimes
  /** When a rollout that came to rest without its end may be taken up again, by its id. */
  readonly takeUps: DueTimes
  /** Each repository with what was last seen to follow it, by scan key. */
  readonly scans: Map<string, ScanWork>
  /** Since when, by `clock.elapsed()`, a workload has to be looked up before it is decided, by its id. */
  readonly lookFirst: DueTimes
  /** Each workload as it was last looked at, by its id. */
  readonly looks: Map<string, Look>
  /** Rollouts that must not run beside each other, by `turnOf`. */
  readonly inTurn: Turns
  /** What makes a rollout that waits for a place in the queue give it up, by `turnOf`. */
  readonly waiting: Map<string, () => void>
  /** Shared by the kinds of one target. */
  readonly settling: Settling
  /** Workloads that a rollout is under way or about to begin for. */
  readonly driven: Set<string>
}

/** One look at a workload. A decision counts only while the look that it was made on is still the latest. */
export interface Look {
  readonly watched: WatchedWorkload
  /** Equal for looks that are decided alike. */
  readonly print: string
}

/** By `clock.elapsed()`, so that setting the clock delays nothing. */
type DueTimes = Map<string, number>

/**
 * Takes in what the target shows now.
 * @returns ids of the workloads that have to be decided: what they look like is new, or their time has come
 */
export function look(follower: Follower, watched: readonly WatchedWorkload[]): readonly string[] {
  const { app, looks, again, wanted } = follower
  const now = app.clock.elapsed()
  keepOnly(new Set(watched.map((each) => each.workload.id)), looks, again, wanted)
  return watched.flatMap((each) => {
    const { id } = each.workload
    const print = JSON.stringify([each.workload, each.settings, 'override' in each ? each.override : null])
    const isKnown = looks.get(id)?.print === print
    if (isKnown && (again.get(id) ?? Infinity) > now) return []
    again.delete(id)
    if (!isKnown) looks.set(id, { watched: each, print })
    return [id]
  })
}

/** Forgets a look, so that the workload is looked at and decided afresh, now. */
export function lookAgain({ looks, wake }: Follower, workload: string): void {
  looks.delete(workload)
  wake.ring()
}

/** Sees to what a nudge asks for in a turn that begins now. */
export function heed({ looks, again, wanted, wake }: Follower, nudge: Nudge): void {
  if (nudge.kind !== 'decide') return
  const all = nudge.workload === null ? [...looks.keys(), ...again.keys()] : [nudge.workload]
  for (const each of all) {
    looks.delete(each)
    again.delete(each)
    wanted.add(each)
  }
  wake.ring()
}

/** Milliseconds until something falls due, at most `mostMs`. */
export function pauseMs({ app, polls, again, pauseEnds, takeUps }: Follower, mostMs: number): number {
  const now = app.clock.elapsed()
  let due = now + mostMs
  for (const times of [polls, again, pauseEnds, takeUps]) for (const at of times.values()) due = Math.min(due, at)
  return Math.max(1, due - now)
}

/** Forgets what is known under all other keys. */
export function keepOnly(keys: ReadonlySet<string>, ...all: readonly (Map<string, unknown> | Set<string>)[]): void {
  for (const each of all) for (const key of each.keys()) if (!keys.has(key)) each.delete(key)
}
