import { isFromEngine, passOn, type PassingRegistry } from './passing-registry.ts'

/** A registry with a counter in front of it. */
export interface CountingRegistry extends PassingRegistry {
  /** `METHOD /path` of all but the engine's own requests, since the start or the last `forget`. */
  readonly requests: readonly string[]
  forget(): void
}

/** Passes everything on to the real registry at `address`, and writes down what longshore asks. */
export async function countRequests(address: string): Promise<CountingRegistry> {
  const requests: string[] = []
  const passing = await passOn(address, (incoming) => {
    if (!isFromEngine(incoming)) requests.push(`${incoming.method} ${incoming.url}`)
  })
  return { ...passing, requests, forget: () => void requests.splice(0) }
}
