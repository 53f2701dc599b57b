import { settingsChangedCode } from '../../rollout/replace/changed-meanwhile.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import type { EarlierDecision } from '../decisions/earlier-decision.ts'
import { newerDecisionCode } from '../decisions/newer-decision-code.ts'
import { firstBefore, waiting } from '../groups/first-before.ts'
import { inGroupSlot } from '../groups/in-group-slot.ts'
import { recordDecision } from '../decisions/record-decision.ts'
import { withChosenTag } from '../selection/with-chosen-tag.ts'
import { isFollowing } from '../sets/decide-follow.ts'
import { startRollout } from './start-rollout.ts'
import { watchedWorkloads, type WatchedWorkload } from '../workloads/watched-workloads.ts'

/** What became of the wish to roll a workload out. */
export type Beginning =
  | { readonly kind: 'begun'; readonly rollout: Rollout }
  /** Another workload is to be rolled out first; null for a place in its group, which has only so many at a time. */
  | { readonly kind: 'waits'; readonly for: string | null }
  | { readonly kind: 'not-due' }

interface BeginOptions {
  readonly stop: AbortSignal
  readonly ignoresBackoff: boolean
  /** Whether it does not wait for what it depends on: a person asked for it, or nothing else may begin. */
  readonly isAlone: boolean
  /** Those that are not waited for, since they have had their turn; none where it is not given. */
  readonly hadTurn?: ReadonlySet<string>
  /** A look that is recent enough: without events each look asks the target for everything on it. Null for a fresh one. */
  readonly looked: readonly WatchedWorkload[] | null
  /** What made it wish for that. Decided is afresh all the same; only what it has just looked at closely is not again. */
  readonly earlier?: EarlierDecision
}

/** Times that a rollout is planned anew at once because what it was planned on is so no more. */
const plansMax = 3

/** The files were edited, the container was changed, or another image is to run by now. */
const isOfOldPlan: ReadonlySet<string> = new Set(['EDITED_BY_HAND', settingsChangedCode, newerDecisionCode])

/**
 * Looks and decides afresh, since its turn may have come late, and rolls out if that is still due: by now there may be
 * another container, another candidate, or nothing to do.
 */
export async function beginRollout(app: App, target: Target, id: string, options: BeginOptions): Promise<Beginning> {
  for (let plans = 1; ; plans += 1) {
    // The backoff is for what fails again: a plan on what the files say now is another one.
    const ignoresBackoff = options.ignoresBackoff || plans > 1
    const { earlier: _, ...planAnew } = { ...options, ignoresBackoff, looked: null }
    const begun = await beginOnce(app, target, id, plans === 1 ? options : planAnew)
    const isOutdated = begun.kind === 'begun' && isOfOldPlan.has(begun.rollout.reason?.code ?? '')
    if (!isOutdated || plans === plansMax || options.stop.aborted) return begun
  }
}

async function beginOnce(app: App, target: Target, id: string, options: BeginOptions): Promise<Beginning> {
  const { stop, ignoresBackoff, earlier } = options
  const all = options.looked ?? (await watchedWorkloads(app, target, stop))
  const watched = all.find((each) => each.workload.id === id)
  if (watched === undefined || stop.aborted) return { kind: 'not-due' }
  const decision = await decideByState(app, watched, stop, ignoresBackoff, { earlier: earlier ?? null })
  const { candidate } = decision
  const isDue = decision.isRolloutDue && watched.kind === 'watchable' && candidate !== null
  const first = isDue && !options.isAlone ? await firstBefore(app, watched, decision, all, options) : null
  await recordDecision(app, watched, first === null ? decision : waiting(decision, first))
  if (first !== null) return { kind: 'waits', for: first }
  if (decision.waitsFor !== undefined) return { kind: 'waits', for: decision.waitsFor }
  if (watched.kind !== 'watchable' || !decision.isRolloutDue || candidate === null) return { kind: 'not-due' }
  const isBack = decision.reason.code === 'TAKE_BACK'
  const follows = isFollowing(decision)
  const begun = await inGroupSlot(app, watched, () =>
    startRollout(app, withChosenTag(watched, decision), candidate, decision.definition, stop, {
      // What a person asked for is between them and this workload.
      wave: isBack || follows || watched.override !== null ? null : watched.settings.group,
      because: isBack || follows ? decision.reason.sentence : null,
      follows,
      ...(decision.followedBy && { followedBy: decision.followedBy }),
      ...(decision.unwell && { unwell: decision.unwell }),
    }),
  )
  return begun === null ? { kind: 'waits', for: null } : { kind: 'begun', rollout: begun }
}
