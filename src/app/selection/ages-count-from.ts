import type { Policy } from '../../policies/policy.ts'
import type { Store, Time } from '../../store/store.ts'

/** Before when no age counts, since the state was restored then; null where it never was, and where nobody asks for an age. */
export const agesCountFrom = async (
  store: Pick<Store, 'restoredAt'>,
  { spec }: Pick<Policy, 'spec'>,
): Promise<Time | null> => (spec.minAgeMs === null ? null : store.restoredAt())
