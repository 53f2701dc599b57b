import type { Rollout } from '../rollout/rollout.ts'
import type { Target } from '../targets/target.ts'
import type { App } from './app.ts'
import { decideByState } from './decide-by-state.ts'
import type { Decision } from './decision.ts'
import { recordDecision } from './record-decision.ts'
import { startRollout } from './start-rollout.ts'
import { watchedWorkloads, type WatchedWorkload } from './watched-workloads.ts'

/** What became of the wish to roll a workload out. */
export type Beginning =
  | { readonly kind: 'begun'; readonly rollout: Rollout }
  /** Another workload that it depends on is to be rolled out first. */
  | { readonly kind: 'waits'; readonly for: string }
  | { readonly kind: 'not-due' }

interface BeginOptions {
  readonly stop: AbortSignal
  readonly ignoresBackoff: boolean
  /** Whether it does not wait for what it depends on: a person asked for it, or that has had its turn. */
  readonly isAlone: boolean
  /** A look that is recent enough: without events each look asks the target for everything on it. Null for a fresh one. */
  readonly looked: readonly WatchedWorkload[] | null
}

/** Times that a rollout is planned anew at once because somebody edited the files that it was planned on. */
const plansMax = 3

/**
 * Looks and decides afresh, since its turn may have come late, and rolls out if that is still due: by now there may be
 * another container, another candidate, or nothing to do.
 */
export async function beginRollout(app: App, target: Target, id: string, options: BeginOptions): Promise<Beginning> {
  for (let plans = 1; ; plans += 1) {
    // The backoff is for what fails again: a plan on what the files say now is another one.
    const ignoresBackoff = options.ignoresBackoff || plans > 1
    const begun = await beginOnce(app, target, id, {
      ...options,
      ignoresBackoff,
      looked: plans === 1 ? options.looked : null,
    })
    const isEdited = begun.kind === 'begun' && begun.rollout.reason?.code === 'EDITED_BY_HAND'
    if (!isEdited || plans === plansMax || options.stop.aborted) return begun
  }
}

async function beginOnce(app: App, target: Target, id: string, options: BeginOptions): Promise<Beginning> {
  const { stop, ignoresBackoff } = options
  const all = options.looked ?? (await watchedWorkloads(app, target, stop))
  const watched = all.find((each) => each.workload.id === id)
  if (watched === undefined || stop.aborted) return { kind: 'not-due' }
  const first = options.isAlone ? null : await dueBefore(app, watched, all, options)
  if (first !== null) return { kind: 'waits', for: first }
  const decision = await decideByState(app, watched, stop, ignoresBackoff)
  await recordDecision(app, watched, decision)
  if (watched.kind !== 'watchable' || !decision.isRolloutDue || decision.candidate === null) return { kind: 'not-due' }
  const rollout = await startRollout(app, watched, decision.candidate, decision.definition, stop)
  return { kind: 'begun', rollout }
}

/** Id of a workload that this one depends on and that is to be rolled out too; null when there is none. */
async function dueBefore(
  app: App,
  { workload }: WatchedWorkload,
  all: readonly WatchedWorkload[],
  { stop, ignoresBackoff }: BeginOptions,
): Promise<string | null> {
  for (const each of all.filter((other) => workload.after.includes(other.workload.id))) {
    // Two that name each other would wait for ever.
    if (each.workload.after.includes(workload.id)) continue
    const decision: Decision = await decideByState(app, each, stop, ignoresBackoff)
    if (decision.isRolloutDue || decision.state === 'rolling-out') return each.workload.id
  }
  return null
}
