import type { Reason } from './facts.ts'
import { hookEffectOf, tellHook, type Hook, type HookEnd, type HookMoment, type HookResult } from './hooks.ts'
import type { EffectKind, JournalStep, Rollout } from './rollout.ts'
import { change, effect, goBack, hasAttempted, timesAttempted, triesMax, type Step } from './step.ts'

/** Reason codes of rollouts that a hook turned round. */
export const hookFailedCode = 'HOOK_FAILED'
export const hookPostponedCode = 'HOOK_POSTPONED'

/** J3: everything is prepared, and what runs is untouched. Null when no hook is left. */
export const beforeRollout = (rollout: Rollout, now: number): Step | null => due(rollout, 'beforeRollout', 'J3', now)

/** J8: the new version has passed its gate and stands alone. Null when no hook is left. */
export const afterRollout = (rollout: Rollout, now: number): Step | null => due(rollout, 'afterRollout', 'J8', now)

/**
 * R: what was rolled out is about to be taken back. A workload that is down comes first: a hook waits only where
 * something runs, or where its owner said that the old version must not start without it.
 * @param isAnyUp whether either version runs
 */
export function beforeRollback(rollout: Rollout, isAnyUp: boolean, now: number): Step | null {
  if (!isRollback(rollout) || wayBack.some((each) => hasAttempted(rollout, each))) return null
  const hook = nextHook(rollout, 'beforeRollback')
  if (hook === null || isAnyUp || hook.whenDown === 'run') return due(rollout, 'beforeRollback', 'R', now)
  const end: HookEnd = { outcome: 'skipped', exitCode: null, sentence: nothingRan, output: '' }
  return change(recordHook(rollout, 'beforeRollback', end, now), 'R', {})
}

/** R: the old version serves again. Null when no hook is left, or nothing was taken back. */
export const afterRollback = (rollout: Rollout, now: number): Step | null =>
  isRollback(rollout) ? due(rollout, 'afterRollback', 'R', now) : null

/** The first hook of a moment that has no result; null when all have one. */
export const nextHook = (rollout: Rollout, moment: HookMoment): Hook | null =>
  rollout.hooks[moment][resultsOf(rollout, moment)] ?? null

/** The hook that was started and has no result yet; null when none is under way. */
export function hookUnderWay(rollout: Rollout): { readonly moment: HookMoment; readonly name: string } | null {
  for (const moment of ['beforeRollout', 'afterRollout', 'beforeRollback', 'afterRollback'] as const) {
    const hook = nextHook(rollout, moment)
    if (hook !== null && rollout.attempted.at(-1) === hookEffectOf(moment)) return { moment, name: hook.name }
  }
  return null
}

/** The rollout once a hook has ended: with its result, and turned round where that asks for it. */
export function recordHook(rollout: Rollout, moment: HookMoment, end: HookEnd, now: number): Rollout {
  const hook = nextHook(rollout, moment)
  if (hook === null) return rollout
  const result: HookResult = { ...end, moment, name: hook.name, at: new Date(now).toISOString() }
  const recorded = { ...rollout, hookResults: [...rollout.hookResults, result] }
  const sentence = `${tellHook(result)} ${end.sentence}`
  if (end.outcome === 'done' || end.outcome === 'skipped') return recorded
  if (moment === 'beforeRollout' && end.outcome === 'postponed') {
    return goBack(recorded, 'abandoned', { code: hookPostponedCode, sentence }).rollout
  }
  const reason = { code: hookFailedCode, sentence }
  if (moment === 'beforeRollout' && hook.onFailure === 'stop') return goBack(recorded, 'failed', reason).rollout
  // Whoever asked for that takes the hook for a part of the gate, so the digest is quarantined as by that. What it would
  // have said proves nothing for the new version, and nothing against it.
  if (isPartOfGate(moment, hook)) {
    const isHeard = end.outcome !== 'unknown'
    return goBack(recorded, isHeard ? 'rolled-back' : 'failed', reason, isHeard).rollout
  }
  return { ...recorded, reason: withNote(rollout.reason, sentence) }
}

/** Whether the new version stays only once the hook has agreed. */
export const isPartOfGate = (moment: HookMoment, { onFailure }: Hook): boolean =>
  moment === 'afterRollout' && onFailure === 'rollback'

/** How the rollout ended, and what a hook had to say about it. */
const withNote = (reason: Reason | null, note: string): Reason | null =>
  reason && { ...reason, sentence: `${reason.sentence}; ${note}` }

const nothingRan = 'was left out, since neither version ran and the old one came first'

const resultsOf = (rollout: Rollout, moment: HookMoment): number =>
  rollout.hookResults.filter((each) => each.moment === moment).length

/** Each hook runs at least once: what we were killed in the middle of runs again, within limits. */
function due(rollout: Rollout, moment: HookMoment, step: JournalStep, now: number): Step | null {
  if (nextHook(rollout, moment) === null) return null
  const kind = hookEffectOf(moment)
  // A hook that ends us, by restarting this service for instance, would otherwise do so for ever.
  if (timesAttempted(rollout, kind) - startedOf(rollout, moment) < triesMax) return effect(rollout, step, kind)
  const sentence = 'was started again and again, and Longshore was ended each time before it was'
  const recorded = recordHook(rollout, moment, { outcome: 'unknown', exitCode: null, sentence, output: '' }, now)
  return change(recorded, recorded.stage === 'back' ? 'R' : step, {})
}

/** Hooks of a moment whose attempts led to a result; a skip in `beforeRollback` may come without any attempt. */
const startedOf = (rollout: Rollout, moment: HookMoment): number =>
  Math.min(resultsOf(rollout, moment), timesAttempted(rollout, hookEffectOf(moment)))

/** Effects that took the new version into use; before them there is nothing that a rollback would undo. */
const takingOver: readonly EffectKind[] = ['stop-old', 'start-new', 'up', 'add', 'remove-one', 'update-service']

const isRollback = (rollout: Rollout): boolean => takingOver.some((each) => hasAttempted(rollout, each))

/** Effects after which the way back has begun. */
const wayBack: readonly EffectKind[] = [
  'stop-new',
  'rename-new-back',
  'rename-old-back',
  'arm-old',
  'start-old',
  'connect-old',
  'remove-new',
  'tag-back',
  'edit-back',
  'tag-old',
  'up-old',
  'revert-service',
]
