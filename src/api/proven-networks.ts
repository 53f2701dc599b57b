/** Networks that lately sent what only those can send who know a secret. */
export interface ProvenNetworks {
  add(network: string): void
  has(network: string): boolean
}

/** Nobody is sent to from more addresses than that at a time; who is forgotten has to prove it once more. */
const networksMax = 1_000

export function createProvenNetworks(): ProvenNetworks {
  // The one that proved it the longest ago comes first.
  const known = new Set<string>()
  return {
    add(network) {
      known.delete(network)
      known.add(network)
      const [oldest] = known
      if (known.size > networksMax && oldest !== undefined) known.delete(oldest)
    },
    has: (network) => known.has(network),
  }
}
