import { isFromEngine, passOn, type PassingRegistry } from './passing-registry.ts'

/** A registry that can keep an engine waiting for layers. */
export interface HeldRegistry extends PassingRegistry {
  /** From now on no engine gets a layer. @returns resolves when one asks */
  hold(): Promise<void>
  /** Lets through what waits and what comes. */
  release(): void
}

/** Passes everything on to the real registry at `address`. */
export async function holdableRegistry(address: string): Promise<HeldRegistry> {
  let released = Promise.withResolvers<void>()
  let asked = Promise.withResolvers<void>()
  released.resolve()
  const passing = await passOn(address, async (incoming) => {
    if (!isFromEngine(incoming) || incoming.url?.includes('/blobs/') !== true) return
    asked.resolve()
    await released.promise
  })
  return {
    address: passing.address,
    hold() {
      released = Promise.withResolvers()
      asked = Promise.withResolvers()
      return asked.promise
    },
    release: () => released.resolve(),
    close() {
      released.resolve()
      return passing.close()
    },
  }
}
