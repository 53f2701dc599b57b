import { namesOf } from '../../../rollout/dependant.ts'
import type { ContainerSet } from './set-of.ts'

/**
 * Why a set is replaced stop-first, as the end of a sentence; null for what has no dependants. Two sets cannot run beside
 * each other: what lives in a network has its ports and names there, and what has the volumes writes to them.
 */
export function orderOfSet({ dependants, composed }: Pick<ContainerSet, 'dependants' | 'composed'>): string | null {
  const members = [...dependants, ...composed]
  if (members.length === 0) return null
  return `${namesOf(members)} cannot do without it, and the two sets would fight over names, ports or volumes`
}
