import type { RegistryPauses } from '../../src/app/app.ts'

/** Pauses of registries on a clock of the test, as a client for registries keeps them. */
export function createFakePauses({ elapsed }: { elapsed(): number }): RegistryPauses {
  const until = new Map<string, number>()
  return {
    leftMs: ({ registry }) => Math.max(0, (until.get(registry) ?? 0) - elapsed()),
    begin: ({ registry }, ms) => void until.set(registry, Math.max(until.get(registry) ?? 0, elapsed() + ms)),
  }
}
