import { describe, expect, test } from 'vitest'
import type { PendingEvent } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import { at, digest } from './store-rows.ts'

const event = (key: string, change: Partial<PendingEvent> = {}): PendingEvent => ({
  key,
  registry: 'registry.example.com:5000',
  repository: 'shop/web',
  tag: 'stable',
  digest: digest(1),
  receivedAt: at(1),
  ...change,
})

/** The part of `storeKit` about what push events leave behind. */
export function eventPromises({ store }: Pick<KitStore, 'store'>): void {
  describe('events', () => {
    test('are pending until they are checked off, oldest first', async () => {
      const [late, early] = [event('a', { receivedAt: at(2) }), event('b', { tag: null, digest: null })]

      expect(await store().receiveEvents([late, early])).toEqual([late, early])

      expect(await store().pendingEvents(10)).toEqual([early, late])
      expect(await store().pendingEvents(1)).toEqual([early])
      await store().checkOffEvents([early])
      expect(await store().pendingEvents(10)).toEqual([late])
    })

    test('are new once, also when they come twice at a time and after they were checked off', async () => {
      expect(await store().receiveEvents([event('a'), event('a')])).toEqual([event('a')])
      await store().checkOffEvents([event('a')])

      expect(await store().receiveEvents([event('a'), event('b', { tag: 'next' })])).toEqual([
        event('b', { tag: 'next' }),
      ])
      expect(await store().pendingEvents(10)).toEqual([event('b', { tag: 'next' })])
    })

    test('are one for each registry, repository and tag: the latest', async () => {
      const many = Array.from({ length: 100 }, (_, index) => event(`many-${index}`, { digest: digest(index) }))
      const others = [event('r', { registry: 'r' }), event('p', { repository: 'p' }), event('t', { tag: 't' })]

      await store().receiveEvents(many)
      await store().receiveEvents(others)

      const pending = await store().pendingEvents(200)
      expect(pending).toHaveLength(4)
      expect(pending).toContainEqual(many.at(-1))
    })

    test('that were checked off leave the newer one of the same tag pending', async () => {
      await store().receiveEvents([event('a')])
      await store().receiveEvents([event('b')])

      await store().checkOffEvents([event('a')])

      expect(await store().pendingEvents(10)).toEqual([event('b')])
    })

    test('are forgotten when their time is over, and are then new again', async () => {
      const old = Array.from({ length: 1200 }, (_, index) => event(`old-${index}`, { tag: `t${index}` }))
      await store().receiveEvents([...old, event('young', { receivedAt: at(10) })])

      await store().forgetEventKeys(at(10))

      expect(await store().receiveEvents([event('young')])).toEqual([])
      expect(await store().receiveEvents(old)).toHaveLength(1200)
    })
  })

  test('keeps the last hundred dead letters, newest first', async () => {
    for (let second = 0; second < 120; second += 1) {
      await store().addDeadLetter({ source: 'registry', body: `{ “${second}`, receivedAt: at(second) })
    }

    const letters = await store().deadLetters()

    expect(letters).toHaveLength(100)
    expect(letters[0]).toEqual({ source: 'registry', body: '{ “119', receivedAt: at(119) })
  })

  test('can be asked whether it can be written', async () => {
    await expect(store().checkWritable()).resolves.toBeUndefined()
  })
}

/** What several runs over the same state see of it. */
export function eventPromisesAcrossRuns({ store, reopen }: Pick<KitStore, 'store' | 'reopen'>): void {
  test('what is pending is there in the next run', async () => {
    await store().receiveEvents([event('a')])

    await reopen()

    expect(await store().pendingEvents(10)).toEqual([event('a')])
    expect(await store().receiveEvents([event('a')])).toEqual([])
  })

  test('a state that only heard of something still counts as new (I9)', async () => {
    await store().receiveEvents([event('a')])
    await store().addDeadLetter({ source: 'registry', body: '{', receivedAt: at(1) })
    await store().checkWritable()

    await reopen()
    expect(store().isNew).toBe(true)

    await store().setHold(null)
    await reopen()
    expect(store().isNew).toBe(false)
  })
}
