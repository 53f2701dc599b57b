import { tagOf } from '../../image/reference.ts'
import type { DecideInput } from '../decisions/decide-input.ts'

/**
 * Whether the very change was asked for by a person: a word that is carried out once, or a pin that has not arrived. The
 * tag of a pin that moves later moved by itself.
 */
export function isAskedByHand({ override, reference }: Pick<DecideInput, 'override' | 'reference'>): boolean {
  if (override === null) return false
  return override.kind !== 'pin' || override.digest !== null || override.tag !== tagOf(reference)
}
