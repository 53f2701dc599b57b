import type { Reason } from './facts.ts'
import type { BackWait, EffectKind, Rollout } from './rollout.ts'

/** Tries in quick succession, for what passes at once. */
const quickTries = 6
const quickMs = 500

/** After those each pause is twice as long as the one before, up to the longest: so late is what a person mended noticed. */
const firstMs = 10_000
const longestMs = 5 * 60_000

/** Tries of an effect in the life of a way back, where it does not fail: kills of ours count, too. */
export const backTriesMax = 6

/** Tries of what the workload is not down for the lack of: ten minutes in all. */
const limitedTries = 12

/** Without these nothing runs, so they are tried for as long as there is something to bring back. */
const unlimited: readonly EffectKind[] = ['copy-old', 'start-old', 'up-old', 'revert-service']

/** Beside what they act on, or are for, a version runs. */
const limited: readonly EffectKind[] = [
  'copy-old-dependants',
  'stop-new',
  'stop-new-dependants',
  'rename-new-back',
  'rename-old-back',
  'rename-dependants-back',
  'arm-old',
  'edit-back',
  'tag-old',
  'arm-old-dependants',
  'start-old-dependants',
  'up-old-dependants',
]

/** Whether an effect that failed is waited for. What goes along with another has that wait for it. */
export const isWaitedFor = ({ stage, partOf }: Rollout, effect: EffectKind): boolean =>
  stage === 'back' && partOf === undefined && [...unlimited, ...limited].includes(effect)

/**
 * The rollout as it waits for the next try of an effect that failed. That one uses up none of its tries, until it is
 * given up: then it has used up all of them, whatever else fails after it.
 */
export function waitForBack(rollout: Rollout, effect: EffectKind, { code, sentence }: Reason, now: number): Rollout {
  const { attempted, failures, backWait } = rollout
  const before = backWait?.effect === effect ? backWait : null
  const tries = (before?.tries ?? 0) + 1
  const others = attempted.at(-1) === effect ? attempted.slice(0, -1) : attempted
  const isGivenUp = (tries >= limitedTries && limited.includes(effect)) || isInVain(effect, code)
  return {
    ...rollout,
    attempted: isGivenUp ? [...others, ...Array.from({ length: backTriesMax }, () => effect)] : others,
    // Once tells as much, and they may be many.
    failures: failures.includes(effect) ? failures : [...failures, effect],
    lastFailure: { effect, sentence },
    backWait: { effect, since: before?.since ?? isoOf(now), until: isoOf(now + pauseMs(tries)), tries, sentence },
    ...(tries >= quickTries && { wasHeldUp: true }),
  }
}

/** Nobody brings back what was not captured, or an image that no registry has. */
const isInVain = (effect: EffectKind, code: string): boolean =>
  (effect === 'copy-old' || effect === 'copy-old-dependants') && code === 'TARGET_NOT_FOUND'

function pauseMs(tries: number): number {
  return tries < quickTries ? quickMs : Math.min(longestMs, firstMs * 2 ** (tries - quickTries))
}

/**
 * Whether an effect that the old version can run without has been tried often enough for now: what it cannot run without
 * comes first, and then this again.
 */
export const givesWay = ({ backWait, failures }: Rollout, effect: EffectKind): boolean =>
  backWait !== undefined && (backWait.effect === effect ? backWait.tries >= quickTries : failures.includes(effect))

/** Milliseconds until the next try; 0 for one that does not wait. */
export function backWaitLeftMs({ stage, backWait }: Pick<Rollout, 'stage' | 'backWait'>, now: number): number {
  if (stage !== 'back' || backWait === undefined) return 0
  const leftMs = Date.parse(backWait.until) - now
  // More than any pause takes means that the clock was set back.
  return leftMs > longestMs ? 0 : Math.max(0, leftMs)
}

/** Whether it has failed for longer than what passes at once does, so that people have to be told. */
export const isLasting = ({ stage, backWait }: Pick<Rollout, 'stage' | 'backWait'>): boolean =>
  stage === 'back' && backWait !== undefined && backWait.tries >= quickTries

/** Whether it waits with nothing running. */
export const isLeftDown = (rollout: Pick<Rollout, 'stage' | 'backWait'>): boolean =>
  isLasting(rollout) && rollout.backWait !== undefined && downFor.includes(rollout.backWait.effect)

const downFor: readonly EffectKind[] = ['copy-old', 'start-old', 'up-old']

/** The rollout with its next try due at once: what kept it back may have gone. */
export function tryNow(rollout: Rollout): Rollout {
  const { backWait } = rollout
  return backWait === undefined ? rollout : { ...rollout, backWait: { ...backWait, until: backWait.since } }
}

/** Without the wait for an effect that was brought about. */
export function withoutBackWait(rollout: Rollout, effect: EffectKind): Rollout {
  const { backWait, ...others } = rollout
  return backWait?.effect === effect ? others : rollout
}

/** Why it waits, in words, without how long still. */
export const backWaitInWords = ({ effect, tries, since, sentence }: BackWait): string =>
  `${effect} has failed ${tries} times since ${since.slice(0, 16).replace('T', ' ')} UTC (${sentence})`

const isoOf = (at: number): string => new Date(at).toISOString()
