import type { App } from '../app.ts'
import type { Store, TagListObservation, TagObservation, ListedTag } from '../../store/store.ts'

/** An application that looks and decides, and leaves nothing behind; its looks are shared with nobody who keeps them. */
export const forgetfulApp = (app: App): App => ({ ...app, store: forgetful(app.store), lookUps: new Map() })

/**
 * The state as it would be had this process written down what it looks up in registries: for those that look, decide, and
 * change nothing. All else is not for writing.
 */
function forgetful(store: Store): Store {
  const observations = new Map<string, TagObservation>()
  const lists = new Map<string, TagListObservation>()
  const listed = new Map<string, readonly ListedTag[]>()
  const descriptions = new Map<string, unknown>()
  return {
    ...store,
    tagObservation: async (...at) => observations.get(key(...at)) ?? store.tagObservation(...at),
    saveTagObservation: async (each) => void observations.set(key(each.registry, each.repository, each.tag), each),
    async tagObservations(registry, repository) {
      const own = [...observations.values()].filter((each) => isOf(each, registry, repository))
      const others = await store.tagObservations(registry, repository)
      return [...others.filter(({ tag }) => own.every((each) => each.tag !== tag)), ...own]
    },
    tagList: async (...at) => lists.get(key(...at)) ?? store.tagList(...at),
    listedTags: async (...at) => listed.get(key(...at)) ?? store.listedTags(...at),
    async saveTagList(list, tags) {
      lists.set(key(list.registry, list.repository), list)
      if (tags !== undefined) listed.set(key(list.registry, list.repository), tags)
    },
    imageDescription: async (...at) => descriptions.get(key(...at)) ?? store.imageDescription(...at),
    saveImageDescription: async (registry, repository, digest, description) =>
      void descriptions.set(key(registry, repository, digest), description),
  }
}

const key = (...parts: readonly string[]): string => parts.join('\n')

const isOf = (each: TagObservation, registry: string, repository: string): boolean =>
  each.registry === registry && each.repository === repository
