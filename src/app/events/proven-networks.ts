import { toAppError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import type { App } from '../app.ts'

/** Networks that sent what only those can send who know a secret. */
export interface ProvenNetworks {
  has(network: string): boolean
  /** A new one is written down before this ends; where it cannot be, the log says why, and the next that is sent writes it. */
  add(network: string): Promise<void>
}

interface ProvenDeps extends Pick<App, 'log'> {
  readonly store: Pick<Store, 'provenNetworks' | 'setProvenNetworks'>
}

/** Nobody is sent to from more addresses than that at a time; who is forgotten has to prove it once more. */
const networksMax = 1_000

/** Those of former processes are known. What cannot be read is forgotten: it is proven again by what is sent. */
export async function openProvenNetworks({ store, log }: ProvenDeps): Promise<ProvenNetworks> {
  const tell = (what: string, thrown: unknown): void => {
    const { code, message } = toAppError(thrown)
    log.error({ code }, `events: the networks of senders could not be ${what}: ${message}`)
  }
  const before = await store.provenNetworks().catch((error: unknown) => {
    tell('read', error)
    return []
  })
  // The one that proved it the longest ago comes first.
  const known = new Set(before)
  let isOwed = false
  return {
    has: (network) => known.has(network),
    async add(network) {
      isOwed = !known.delete(network) || isOwed
      known.add(network)
      const [oldest] = known
      if (known.size > networksMax && oldest !== undefined) known.delete(oldest)
      if (!isOwed) return
      isOwed = false
      await store.setProvenNetworks([...known]).catch((error: unknown) => {
        isOwed = true
        tell('written', error)
      })
    },
  }
}
