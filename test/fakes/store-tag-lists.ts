import type { ListedTag, Sighting, Store, TagListObservation, TagObservation } from '../../src/store/store.ts'

type Part = Pick<Store, 'tagObservation' | 'saveTagObservation' | 'sightings' | 'tagObservations' | 'movedTags'> &
  Pick<Store, 'tagList' | 'listedTags' | 'saveTagList'>

const goneForMs = 90 * 86_400_000

/** What the store in memory knows of tags, and of lists of them. */
export function createMemoryTags(): Part {
  const observations = new Map<string, TagObservation>()
  const sightings = new Map<string, Sighting[]>()
  const lists = new Map<string, TagListObservation>()
  const listed = new Map<string, readonly ListedTag[]>()
  const key = (...parts: string[]) => parts.join('\n')
  const ofRepository = (registry: string, repository: string) =>
    [...observations.values()]
      .filter((each) => each.registry === registry && each.repository === repository)
      .toSorted((a, b) => (a.tag < b.tag ? -1 : 1))
  return {
    tagObservation: async (...parts) => observations.get(key(...parts)) ?? null,
    saveTagObservation: async (row) => {
      const at = key(row.registry, row.repository, row.tag)
      observations.set(at, row)
      const seen = sightings.get(at) ?? []
      if (row.digest !== null && row.firstSeenAt !== null && !seen.some((each) => each.digest === row.digest)) {
        sightings.set(at, [{ digest: row.digest, firstSeenAt: row.firstSeenAt }, ...seen])
      }
    },
    sightings: async (registry, repository, tag, limit) =>
      (sightings.get(key(registry, repository, tag)) ?? []).slice(0, limit),
    tagObservations: async (...parts) => ofRepository(...parts),
    movedTags: async (...parts) =>
      ofRepository(...parts)
        .map(({ tag }) => tag)
        .filter((tag) => (sightings.get(key(...parts, tag)) ?? []).length > 1),
    tagList: async (...parts) => lists.get(key(...parts)) ?? null,
    listedTags: async (...parts) => listed.get(key(...parts)) ?? [],
    saveTagList: async (list, tags) => {
      const { registry, repository, seenAt } = list
      lists.set(key(registry, repository), list)
      if (tags === undefined || seenAt === null) return
      listed.set(key(registry, repository), tags)
      const before = new Date(Date.parse(seenAt) - goneForMs).toISOString()
      for (const each of ofRepository(registry, repository)) {
        if (tags.some(({ tag }) => tag === each.tag) || each.seenAt === null || each.seenAt >= before) continue
        observations.delete(key(registry, repository, each.tag))
        sightings.delete(key(registry, repository, each.tag))
      }
    },
  }
}
