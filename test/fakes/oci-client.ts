import { createOciClient } from '../../src/clients/oci/client.ts'
import type { OciClient, OciClientDeps } from '../../src/clients/oci/client.ts'
import { createCredential } from '../../src/clients/oci/credentials/credentials.ts'
import type { CredentialSource } from '../../src/clients/oci/credentials/credentials.ts'
import type { Timing } from '../../src/clients/oci/timing.ts'
import { secret } from '../../src/lib/secret.ts'
import { startFakeRegistry } from './registry.ts'
import type { FakeRegistry, FakeRegistryOptions } from './registry.ts'

/** Time that moves only when somebody sleeps or a test moves it, and chance that is 0 unless a test says otherwise. */
export interface FakeTiming extends Timing {
  draw(next: number): void
  readonly slept: readonly number[]
  advance(ms: number): void
}

export function createFakeTiming(): FakeTiming {
  let time = 0
  let chance = 0
  const slept: number[] = []
  return {
    slept,
    now: () => time,
    wallNow: () => Date.parse('2026-03-01T12:00:00Z') + time,
    random: () => chance,
    draw: (next) => void (chance = next),
    sleep: async (ms) => {
      slept.push(ms)
      time += ms
    },
    advance(ms) {
      time += ms
    },
  }
}

export function credentialsOf(username: string, password: string): CredentialSource {
  const credential = createCredential(username, secret(password))
  return async () => credential
}

/** A fake registry with a client for it; both end with the block that holds them. */
export interface OciPair extends AsyncDisposable {
  readonly registry: FakeRegistry
  readonly client: OciClient
  readonly timing: FakeTiming
  /** The repository `team/app` of the fake. */
  readonly app: { readonly registry: string; readonly repository: string }
}

export async function startOciPair(
  options: FakeRegistryOptions = {},
  clientDeps: Partial<OciClientDeps> = {},
): Promise<OciPair> {
  const registry = await startFakeRegistry(options)
  const timing = createFakeTiming()
  const client = createOciClient({ credentials: async () => null, timing, ...clientDeps })
  return {
    registry,
    client,
    timing,
    app: { registry: registry.host, repository: 'team/app' },
    async [Symbol.asyncDispose]() {
      client.close()
      await registry.close()
    },
  }
}
