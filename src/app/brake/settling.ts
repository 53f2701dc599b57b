import { createCountedKeys, type CountedKeys } from './counted-keys.ts'

/** What the loops of one target, one for each of its kinds, know of each other. */
export interface Settling {
  /** First looks, scans and decisions that are under way, by their keys: of one key one may wait while another runs. */
  readonly underWay: CountedKeys
  /** How many workloads each kind showed last. */
  readonly seen: Map<string, number>
}

export const createSettling = (): Settling => ({ underWay: createCountedKeys(), seen: new Map() })

interface Looking {
  readonly target: { readonly kind: string }
  readonly settling: Settling
}

const lookPrefix = 'look:'
const keyOf = ({ target }: Looking): string => `${lookPrefix}${target.kind}`

/** A kind is about to look for the first time. */
export function looksFirst(looking: Looking): void {
  looking.settling.underWay.add(keyOf(looking))
}

/** It has looked, or could not. */
export function hasLooked(looking: Looking): void {
  looking.settling.underWay.delete(keyOf(looking))
}

/** Whether every kind has looked at least once. */
export const haveAllLooked = ({ underWay }: Settling): boolean =>
  ![...underWay.keys()].some((each) => each.startsWith(lookPrefix))
