import { createDistribution } from './distribution.ts'

/** Every kind of registry, by the word that the configuration uses. */
export const registries = {
  distribution: createDistribution,
} as const
