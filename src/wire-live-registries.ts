import type { OpenRegistries } from './wire-registries.ts'

/** Registries whose configuration may become another while they are used. */
export interface LiveRegistries extends OpenRegistries {
  /** From now on those that `open` gives now are asked; what is under way ends with the former ones. */
  reopen(): void
}

/**
 * Registries that can be opened anew. Limits, pauses and refusals are heard again then, from the first answers on, so it
 * is for what happens once or twice in the life of a process.
 */
export function openLiveRegistries(open: () => OpenRegistries): LiveRegistries {
  const former: OpenRegistries[] = []
  let current = open()
  return {
    registryFor: (host) => current.registryFor(host),
    registryPauses: {
      leftMs: (repository) => current.registryPauses.leftMs(repository),
      begin: (...pause) => current.registryPauses.begin(...pause),
    },
    registryStanding: () => current.registryStanding(),
    pullAuth: (...question) => current.pullAuth(...question),
    reopen() {
      const next = open()
      former.push(current)
      current = next
    },
    close() {
      for (const each of [...former, current]) each.close()
    },
  }
}
