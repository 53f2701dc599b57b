import { namesOf, type Dependant } from '../../../rollout/dependant.ts'

/**
 * Why a set is replaced stop-first, as the end of a sentence; null for what has no dependants. Two sets cannot run beside
 * each other: what lives in a network has its ports and names there, and what has the volumes writes to them.
 */
export function orderOfSet(dependants: readonly Dependant[]): string | null {
  if (dependants.length === 0) return null
  return `${namesOf(dependants)} cannot do without it, and the two sets would fight over names, ports or volumes`
}
