import { describe, inject, test } from 'vitest'

/** Where the engine and the registry are that all end-to-end tests share. */
export interface SharedServices {
  /** For `DOCKER_HOST`. A test that stops or restarts its engine starts one of its own instead. */
  readonly engineHost: string
  readonly apiVersion: string
  /** `127.0.0.1:port` of a registry without sign-in. */
  readonly registryAddress: string
}

/** What the start of a test run hands over to its tests. */
export type ProvidedServices =
  { readonly state: 'up'; readonly services: SharedServices } | { readonly state: 'missing'; readonly reason: string }

declare module 'vitest' {
  // Vitest knows what is provided by adding to its interface.
  interface ProvidedContext {
    services: ProvidedServices
  }
}

const nowhere: SharedServices = { engineHost: 'unix:///missing', apiVersion: '0', registryAddress: '127.0.0.1:0' }
let namesTaken = 0

/**
 * A group of tests that need a real engine or registry, shared or their own.
 * Without them each is reported as skipped, under the reason; with `CI=true` the group fails.
 */
export function describeWithServices(name: string, body: (services: SharedServices) => void): void {
  const provided = inject('services')
  if (provided.state === 'up') {
    describe(name, () => body(provided.services))
    return
  }
  const { reason } = provided
  describe.skip(`${name} [skipped: ${reason}]`, () => body(nowhere))
  if (process.env['CI'] === 'true') {
    test(`${name} has its services`, () => {
      throw new Error(`CI=true allows no skipping: ${reason}`)
    })
  }
}

/** A name for a container, network or repository that no other test uses. */
export function uniqueName(prefix: string): string {
  namesTaken += 1
  return `${prefix}-${process.pid}-${namesTaken}`
}
