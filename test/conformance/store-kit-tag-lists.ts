import { describe, expect, test } from 'vitest'
import type { ListedTag, TagListObservation } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import { at, digest, reason, tagObservation } from './store-rows.ts'

const { registry, repository } = tagObservation()

const tagList = (change: Partial<TagListObservation> = {}): TagListObservation => ({
  registry,
  repository,
  count: 2,
  seenAt: at(10),
  failure: null,
  doubt: null,
  ...change,
})

const listed = (tag: string, change: Partial<ListedTag> = {}): ListedTag => ({
  tag,
  firstSeenAt: at(10),
  goneSince: null,
  push: null,
  ...change,
})

const byTag = (tags: readonly ListedTag[]) => tags.toSorted((a, b) => (a.tag < b.tag ? -1 : 1))

/** The part of `storeKit` about lists of tags. */
export function tagListPromises({ store, reopen }: Pick<KitStore, 'store' | 'reopen'>): void {
  describe('lists of tags', () => {
    test('are empty until one was taken over', async () => {
      expect(await store().tagList(registry, repository)).toBeNull()
      expect(await store().listedTags(registry, repository)).toEqual([])
      expect(await store().tagObservations(registry, repository)).toEqual([])
      expect(await store().movedTags(registry, repository)).toEqual([])
    })

    test('come back as they were taken over, with their times, also after a restart', async () => {
      const push = { at: 1_700_000_000_000, digest: digest(3) }
      const tags = [
        listed('1.0'),
        listed('1.1', { firstSeenAt: at(9), push: { ...push, confidence: 'exact' } }),
        listed('1.2', { goneSince: at(12) }),
        listed('1.3', { push: { ...push, confidence: 'created', source: 'gitlab-api' } }),
      ]
      await store().saveTagList(tagList({ count: 4 }), tags)
      await reopen()

      expect(await store().tagList(registry, repository)).toEqual(tagList({ count: 4 }))
      expect(byTag(await store().listedTags(registry, repository))).toEqual(tags)
      expect(await store().listedTags(registry, 'other')).toEqual([])
    })

    test('stay as they are while looks fail or are doubted', async () => {
      const failure = { ...reason, at: at(20), since: at(15), count: 2 }
      const doubt = { count: 1, since: at(21), at: at(22), looks: 2, isBelieved: false }
      await store().saveTagList(tagList(), [listed('1.0'), listed('1.1')])

      await store().saveTagList(tagList({ failure, doubt }))

      expect(await store().tagList(registry, repository)).toEqual(tagList({ failure, doubt }))
      expect(byTag(await store().listedTags(registry, repository))).toEqual([listed('1.0'), listed('1.1')])
    })

    test('let go of what was known of tags that are gone for long, and of no others', async () => {
      const day = 86_400
      await store().saveTagObservation(tagObservation({ tag: 'gone', seenAt: at(1) }))
      await store().saveTagObservation(tagObservation({ tag: 'kept', seenAt: at(1) }))
      await store().saveTagObservation(tagObservation({ tag: 'recent', seenAt: at(50 * day) }))
      await store().saveTagObservation(tagObservation({ repository: 'other', tag: 'gone', seenAt: at(1) }))

      await store().saveTagList(tagList({ seenAt: at(100 * day) }), [listed('kept')])

      const left = (await store().tagObservations(registry, repository)).map(({ tag }) => tag)
      expect(left).toEqual(['kept', 'recent'])
      expect(await store().sightings(registry, repository, 'gone', 10)).toEqual([])
      expect(await store().tagObservation(registry, 'other', 'gone')).not.toBeNull()
    })

    test('tell which tags of a repository were looked up, and which of them moved', async () => {
      await store().saveTagObservation(tagObservation({ tag: 'b' }))
      await store().saveTagObservation(tagObservation({ tag: 'a', digest: digest(1), firstSeenAt: at(1) }))
      await store().saveTagObservation(tagObservation({ tag: 'a', digest: digest(2), firstSeenAt: at(2) }))
      await store().saveTagObservation(tagObservation({ repository: 'other', tag: 'c' }))

      const found = await store().tagObservations(registry, repository)
      expect(found).toEqual([
        tagObservation({ tag: 'a', digest: digest(2), firstSeenAt: at(2) }),
        tagObservation({ tag: 'b' }),
      ])
      expect(await store().movedTags(registry, repository)).toEqual(['a'])
    })
  })
}
