import { createDistributionSource } from './distribution.ts'
import { createGenericSource } from './generic.ts'

/** Every kind of event source, by the word that the configuration uses. */
export const eventSources = {
  distribution: createDistributionSource,
  generic: createGenericSource,
} as const
