import { AppError } from '../../../errors.ts'
import type { Breakers } from './breakers.ts'
import type { Lanes } from './lane.ts'
import type { Urgency } from './urgency.ts'

/** What a vendor's own library asks for, over connections that are not ours. */
export interface VendorWork {
  /** Who is asked, as a name of its own for places and pauses: `api.ecr.eu-central-1`. */
  readonly host: string
  /** The registry that it is about. */
  readonly registry: string
  /** For people: by what it signs in, such as a key's name. */
  readonly account: string
  /** Tells what it signs in with apart, a changed key or file included; never empty. */
  readonly credential: string
  readonly subject: string
  readonly urgency: Urgency
}

/** Lets through what vendors' libraries ask, within the pauses and circuits that requests of our own have. */
export interface VendorGate {
  /** @throws the error that opened a circuit, REGISTRY_RATE_LIMITED during a pause; else what `ask` throws */
  run<T>(work: VendorWork, signal: AbortSignal, ask: () => Promise<T>): Promise<T>
}

/** Where a library that was throttled does not say for how long. */
const usualPauseMs = 30_000

/** A key that was refused is not tried again and again; who throttles is left alone, for all that it is asked. */
export function createVendorGate(breakers: Breakers, lanes: Lanes): VendorGate {
  return {
    run: ({ host, ...work }, signal, ask) =>
      breakers.run({ ...work, repository: '', what: 'headers', isMirror: false }, () =>
        lanes.run(host, work, signal, async () => {
          try {
            return await ask()
          } catch (error) {
            if (error instanceof AppError && error.code === 'REGISTRY_RATE_LIMITED') {
              lanes.pause(host, error.retryAfterMs ?? usualPauseMs)
            }
            throw error
          }
        }),
      ),
  }
}
