import type { ProvenNetworks } from '../../src/app/events/proven-networks.ts'

/** Those of one process, which nobody writes down. */
export function networksInMemory(): ProvenNetworks {
  const known = new Set<string>()
  return { has: (network) => known.has(network), add: async (network) => void known.add(network) }
}
