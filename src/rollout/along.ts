/**
 * Which version of what it lives in a workload is brought along to: the new one, or the old one on the way back.
 */
export const ways = ['forth', 'back'] as const
export type Way = (typeof ways)[number]

/**
 * One effect for each way: whatever lives in what a rollout makes again, and can be made only after that, follows it by
 * rollouts of its own. They are parts of the first, so that all of it proves itself, and goes back, as one.
 */
export const alongEffects = ['bring-along', 'bring-along-back'] as const
export type AlongEffect = (typeof alongEffects)[number]

/** Null for an effect that is none of these. */
export function wayOf(effect: string): Way | null {
  if (effect === 'bring-along') return 'forth'
  return effect === 'bring-along-back' ? 'back' : null
}

/** What a rollout is a part of. */
export interface PartOf {
  /** Id of the rollout that brings it along. */
  readonly rollout: string
  readonly way: Way
}
