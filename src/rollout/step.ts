import { backTriesMax, givesWay } from './back-wait.ts'
import type { InstanceFacts, Reason } from './facts.ts'
import { policyRestarts } from './restart-policy.ts'
import type { EffectKind, JournalStep, Outcome, Rollout } from './rollout.ts'

export { backTriesMax } from './back-wait.ts'

/** What the machine wants next. */
export type Step =
  /** Make `rollout` durable with the journal step, then bring the effect about. */
  | { readonly kind: 'effect'; readonly rollout: Rollout; readonly step: JournalStep; readonly effect: EffectKind }
  /** Make `rollout` durable with the journal step, then look again. */
  | { readonly kind: 'change'; readonly rollout: Rollout; readonly step: JournalStep }
  /** Look again after a while; `rollout` carries what the gate remembers and need not be durable. */
  | { readonly kind: 'wait'; readonly rollout: Rollout; readonly ms: number }
  /** Nothing to do now: ended, or kept and not due. */
  | { readonly kind: 'rest'; readonly rollout: Rollout }

export const effect = (rollout: Rollout, step: JournalStep, kind: EffectKind): Step => ({
  kind: 'effect',
  rollout,
  step,
  effect: kind,
})

export const change = (rollout: Rollout, step: JournalStep, patch: Partial<Rollout>): Step => ({
  kind: 'change',
  rollout: { ...rollout, ...patch },
  step,
})

/** Turns round. What was done so far is undone by looking at the target, not from memory. */
export function goBack(rollout: Rollout, outcome: Outcome, reason: Reason, candidateAtFault = false): Step {
  // What only follows another runs the image that it ran before.
  const isAtFault = candidateAtFault && rollout.follows === null
  return change(rollout, 'R', { stage: 'back', outcome, reason, candidateAtFault: isAtFault, checkProgress: null })
}

export function end(rollout: Rollout, now: number, patch: Partial<Rollout> = {}): Step {
  return change(rollout, rollout.step, { ...patch, stage: 'ended', endedAt: new Date(now).toISOString() })
}

/** A crash-looping version counts as up: it is what serves, as badly as it may. */
export const isUp = (instance: InstanceFacts): boolean =>
  instance.status === 'running' || instance.status === 'restarting' || instance.status === 'paused'

/** Whether a person paused it: it serves nobody, and is left alone until they let it go on. */
export const isPaused = (instance: InstanceFacts): boolean => instance.status === 'paused'

export const hasStarted = (instance: InstanceFacts): boolean => instance.startedAt !== null

/** Whether an instance that ended did what it was there for: it ran to its end, and the user's policy leaves it so. */
export const hasCompleted = (rollout: Rollout, instance: InstanceFacts): boolean =>
  instance.exitCode === 0 && !policyRestarts(rollout.restart, 0)

export const hasAttempted = (rollout: Rollout, kind: EffectKind): boolean => rollout.attempted.includes(kind)

/** Also where it failed, and may have been brought about all the same. */
export const hasTried = (rollout: Rollout, kind: EffectKind): boolean =>
  hasAttempted(rollout, kind) || timesFailed(rollout, kind) > 0

export const timesAttempted = (rollout: Rollout, kind: EffectKind): number =>
  rollout.attempted.filter((each) => each === kind).length

export const timesFailed = (rollout: Rollout, kind: EffectKind): number =>
  rollout.failures.filter((each) => each === kind).length

/** Whether what the way back needs has yet to be kept: a try that failed kept nothing. */
export const isUncaptured = (rollout: Rollout): boolean =>
  timesAttempted(rollout, 'capture') === timesFailed(rollout, 'capture')

const touching: readonly EffectKind[] = [
  'disarm-dependants',
  'stop-dependants',
  'restart-old',
  'disarm-old',
  'stop-old',
  'rename-old',
  'up',
  'add',
  'remove-one',
  'up-old',
  'update-service',
]

/** Whether what serves may no longer be as we found it, because of us. */
export const hasTouchedOld = (rollout: Rollout): boolean => touching.some((each) => hasTried(rollout, each))

export function needsHuman(rollout: Rollout, now: number, sentence: string): Step {
  return end(rollout, now, {
    outcome: 'needs-human',
    reason: { code: 'NEEDS_HUMAN', sentence: `${sentence}; nothing was removed` },
  })
}

/** Tries of one effect before the rollout gives up on it. */
export const triesMax = 3

/** Whether an effect may be tried once more. */
export const canTry = (rollout: Rollout, kind: EffectKind, most = triesMax): boolean =>
  timesAttempted(rollout, kind) < most

/** R: whether an effect that the old version can run without is tried before that does. */
export const canTryFirst = (rollout: Rollout, kind: EffectKind): boolean =>
  canTry(rollout, kind, backTriesMax) && !givesWay(rollout, kind)

/**
 * R: an effect that the workload cannot be restored without; tried more often than others, and then a person's.
 * @param command what that person may run
 */
export function must(rollout: Rollout, kind: EffectKind, now: number, command: string | null = null): Step {
  if (canTry(rollout, kind, backTriesMax)) return effect(rollout, 'R', kind)
  const told = didNotSucceed(rollout, kind)
  return needsHuman(rollout, now, command === null ? told : `${told}; run: ${command}`)
}

/** What is said of an effect that was tried in vain. */
export function didNotSucceed(rollout: Rollout, kind: EffectKind): string {
  return `${kind} did not succeed${whyNot(rollout, kind)}`
}

/** What its last failure said, to be put behind a sentence; empty where another effect failed last, or none. */
export const whyNot = ({ lastFailure }: Rollout, kind: EffectKind): string =>
  lastFailure?.effect === kind ? `: ${lastFailure.sentence}` : ''
