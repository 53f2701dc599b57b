import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/image/digest.ts'
import type { PendingEvent, ReceivedEvent, TrailQuery } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import { at, digest } from './store-rows.ts'

const event = (key: string, change: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  key,
  registry: 'registry.example.com:5000',
  repository: 'shop/web',
  tag: 'stable',
  digest: digest(1),
  receivedAt: at(1),
  ...change,
})

const isNew = (pending: PendingEvent) => ({ isNew: true, pending })

/** An event of a sender without ids, as it comes for the nth time. */
const recurring = (nth: number, change: Partial<ReceivedEvent> = {}): ReceivedEvent =>
  event(`same@${nth}`, { identity: 'same', receivedAt: at(nth), ...change })

const waits = (nth: number): PendingEvent => event(`same@${nth}`, { receivedAt: at(nth) })

/** The part of `storeKit` about what push events leave behind. */
export function eventPromises({ store }: Pick<KitStore, 'store'>): void {
  describe('events', () => {
    test('are pending until they are checked off, oldest first', async () => {
      const [late, early] = [event('a', { receivedAt: at(2) }), event('b', { tag: null, digest: null })]

      expect(await store().receiveEvents([late, early])).toEqual([isNew(late), isNew(early)])
      const again = [event('a', { receivedAt: at(9) }), event('b', { tag: null, digest: null, receivedAt: at(9) })]
      expect((await store().receiveEvents(again)).map(({ pending }) => pending)).toEqual([late, early])

      expect(await store().pendingEvents(10)).toEqual([early, late])
      expect(await store().pendingEvents(1)).toEqual([early])
      await store().checkOffEvents([early])
      expect(await store().pendingEvents(10)).toEqual([late])
    })

    test('are read page by page, those of one moment by their keys', async () => {
      const all = ['a', 'B', 'c'].flatMap((key) =>
        [1, 2].map((time) => event(`${key}${time}`, { tag: `${key}${time}`, receivedAt: at(time) })),
      )
      await store().receiveEvents(all)
      const pages: string[] = []
      for (let page = await store().pendingEvents(2); page.length > 0;) {
        pages.push(page.map(({ key }) => key).join(' '))
        await store().checkOffEvents(page.slice(1))
        page = await store().pendingEvents(2, page.at(-1))
      }

      expect(pages).toEqual(['B1 a1', 'c1 B2', 'a2 c2'])
    })

    test('are new once, also when they come twice at a time and after they were checked off', async () => {
      expect(await store().receiveEvents([event('a'), event('a')])).toMatchObject([{ isNew: true }, { isNew: false }])
      await store().checkOffEvents([event('a')])

      expect(await store().receiveEvents([event('a'), event('b', { tag: 'next' })])).toEqual([
        { isNew: false, pending: null },
        isNew(event('b', { tag: 'next' })),
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
      expect(await store().receiveEvents([event('a')])).toEqual([{ isNew: false, pending: null }])
    })

    test('are forgotten when their time is over, and are then new again', async () => {
      const old = Array.from({ length: 1200 }, (_, index) => event(`old-${index}`, { tag: `t${index}` }))
      await store().receiveEvents([...old, event('young', { receivedAt: at(10) })])

      await store().forgetEventKeys(at(10))

      expect(await store().receiveEvents([event('young')])).toMatchObject([{ isNew: false }])
      expect(await store().receiveEvents(old)).toEqual(old.map(isNew))
    })
  })

  describe('events that may come in the same bytes as the next', () => {
    test('are the same while the first is pending, which then waits under the key and time of the last', async () => {
      expect(await store().receiveEvents([recurring(1)])).toMatchObject([{ isNew: true }])
      expect(await store().receiveEvents([recurring(2), recurring(3)])).toMatchObject([
        { isNew: false, pending: { key: 'same@2' } },
        { isNew: false, pending: { key: 'same@3' } },
      ])

      expect(await store().pendingEvents(10)).toEqual([waits(3)])
    })

    test('are not checked off with the looks that ended before they came again', async () => {
      await store().receiveEvents([recurring(1)])
      await store().receiveEvents([recurring(2)])

      await store().checkOffEvents([recurring(1)])

      expect(await store().pendingEvents(10)).toEqual([waits(2)])
    })

    test('are news again once the first is over, or another took its place', async () => {
      await store().receiveEvents([recurring(1)])
      await store().checkOffEvents([recurring(1)])

      expect(await store().receiveEvents([recurring(2)])).toMatchObject([{ isNew: true }])
      await store().receiveEvents([event('another', { receivedAt: at(3) })])
      expect(await store().receiveEvents([recurring(4)])).toMatchObject([{ isNew: true }])
      expect(await store().pendingEvents(10)).toEqual([waits(4)])
    })

    test('are others of another tag or repository', async () => {
      const heard = await store().receiveEvents([
        recurring(1),
        recurring(2, { tag: 'next' }),
        recurring(3, { tag: null, digest: null }),
        recurring(4, { repository: 'shop/api' }),
      ])

      expect(heard.filter(({ isNew: isFirst }) => isFirst)).toHaveLength(4)
    })

    test('leave one line that waits, which ends with the looks for the last, and one for each that came again', async () => {
      const from = { source: 'quay', kind: 'pushed' } as const
      const end = { fate: 'unseen', lookedAt: at(1), looks: 1, endedAt: at(9), found: null, reason: null } as const
      for (const nth of [1, 2, 3]) await store().receiveEvents([recurring(nth, { from })])

      await store().checkOffEvents([{ ...recurring(2), end: { ...end, fate: 'replaced' } }])
      expect(await store().eventTrail({ limit: 10 })).toMatchObject([
        { fate: 'repeated', receivedAt: at(3), endedAt: at(3) },
        { fate: 'repeated', receivedAt: at(2) },
        { fate: 'waiting', receivedAt: at(1) },
      ])
      await store().checkOffEvents([{ ...recurring(3), end }])

      expect(await store().eventTrail({ limit: 10 })).toMatchObject([
        { fate: 'repeated' },
        { fate: 'repeated' },
        { ...end, receivedAt: at(1) },
      ])
      expect(await store().pendingEvents(10)).toEqual([])
    })
  })

  describe('the trail of events', () => {
    const from = { source: 'harbor', kind: 'pushed' } as const
    const trail = (limit = 10) => store().eventTrail({ limit })

    test('has what came, newest first, with what became of it', async () => {
      const dated = { ...from, occurredAt: at(7) }
      await store().receiveEvents([event('a', { from: dated })])
      await store().receiveEvents([event('b', { tag: null, digest: null, from: { ...from, kind: 'deleted' } })])
      const end = {
        fate: 'changed',
        lookedAt: at(2),
        looks: 3,
        endedAt: at(9),
        found: digest(2),
        reason: { code: 'C', sentence: 'so it is' },
      } as const
      await store().checkOffEvents([{ ...event('a'), end }])

      const { key, ...a } = event('a')
      expect(key).toBe('a')
      const waiting = {
        occurredAt: null,
        fate: 'waiting',
        lookedAt: null,
        looks: 0,
        endedAt: null,
        found: null,
        reason: null,
      }
      expect(await trail()).toEqual([
        { ...a, tag: null, digest: null, ...waiting, source: 'harbor', kind: 'deleted', id: expect.any(Number) },
        { ...a, ...dated, ...end, id: expect.any(Number) },
      ])
      expect(await trail(1)).toMatchObject([{ kind: 'deleted' }])
    })

    test('says of what came again only that, and leaves the first as it is', async () => {
      await store().receiveEvents([event('a', { from })])
      await store().receiveEvents([event('a', { from, receivedAt: at(5) })])

      expect(await trail()).toMatchObject([
        { fate: 'repeated', receivedAt: at(5), endedAt: at(5) },
        { fate: 'waiting', receivedAt: at(1) },
      ])
    })

    test('says of what lost its place in the inbox that it was replaced', async () => {
      await store().receiveEvents([event('a', { from })])
      await store().receiveEvents([event('b', { from })])

      expect(await trail()).toMatchObject([{ fate: 'waiting' }, { fate: 'replaced' }])
    })

    test('has what could not be read, and nothing of what nobody told', async () => {
      await store().addDeadLetter({ source: 'harbor', body: '{', receivedAt: at(3) })
      await store().receiveEvents([event('a')])

      expect(await trail()).toEqual([
        {
          id: expect.any(Number),
          occurredAt: null,
          source: 'harbor',
          kind: 'unreadable',
          fate: 'unreadable',
          receivedAt: at(3),
          registry: null,
          repository: null,
          tag: null,
          digest: null,
          lookedAt: null,
          looks: 0,
          endedAt: at(3),
          found: null,
          reason: null,
        },
      ])
    })

    test('is asked by source, by time, and for what came after an id and some before it', async () => {
      for (const [index, source] of ['one', 'two', 'one', 'two'].entries()) {
        const each = event(`k${index}`, { tag: `t${index}`, receivedAt: at(index), from: { ...from, source } })
        await store().receiveEvents([each])
      }
      const tags = async (query: Omit<TrailQuery, 'limit'>) =>
        (await store().eventTrail({ limit: 10, ...query })).map(({ tag }) => tag)
      const [last, third, second, first] = (await trail()).map(({ id }) => id)

      expect(await tags({ source: 'two' })).toEqual(['t3', 't1'])
      expect(await tags({ since: at(2) })).toEqual(['t3', 't2'])
      expect(await tags({ after: third ?? 0 })).toEqual(['t3'])
      expect(await tags({ after: last ?? 0, also: [second ?? 0, first ?? 0] })).toEqual(['t1', 't0'])
    })

    test('keeps the last five thousand', async () => {
      const many = Array.from({ length: 5_600 }, (_, index) => event(`m${index}`, { from, tag: `t${index}` }))
      for (const each of [0, 2_000, 4_000]) await store().receiveEvents(many.slice(each, each + 2_000))

      const kept = await store().eventTrail({ limit: 100_000 })

      expect(kept).toHaveLength(5_000)
      expect(kept[0]).toMatchObject({ tag: 't5599' })
    })
  })

  test('keeps the networks of senders in their order, in the place of those before', async () => {
    expect(await store().provenNetworks()).toEqual([])
    await store().setProvenNetworks(['203.0.113.7', '2001:db8::/64'])
    expect(await store().provenNetworks()).toEqual(['203.0.113.7', '2001:db8::/64'])
    await store().setProvenNetworks(['2001:db8::/64'])
    expect(await store().provenNetworks()).toEqual(['2001:db8::/64'])
  })

  test('keeps what troubles the sources, in the place of what did', async () => {
    const trouble = { source: 'ecr', reason: { code: 'C', sentence: 'so it is' }, since: at(1) }
    await store().setSourceTroubles([trouble, { ...trouble, source: 'acr' }])

    expect(await store().sourceTroubles()).toEqual([{ ...trouble, source: 'acr' }, trouble])
    await store().setSourceTroubles([trouble])
    expect(await store().sourceTroubles()).toEqual([trouble])
  })

  test('keeps the last hundred dead letters, newest first', async () => {
    for (let second = 0; second < 120; second += 1) {
      await store().addDeadLetter({ source: 'registry', body: `{ “${second}`, receivedAt: at(second) })
    }

    const letters = await store().deadLetters()

    expect(letters).toHaveLength(100)
    expect(letters[0]).toEqual({ source: 'registry', body: '{ “119', receivedAt: at(119) })
  })

  test('keeps the last twenty dead letters of a source, however many others send', async () => {
    const counts = { few: 3, many: 25, flood: 150 }
    for (const [source, count] of Object.entries(counts)) {
      for (let each = 0; each < count; each += 1) {
        await store().addDeadLetter({ source, body: `${each}`, receivedAt: at(each) })
      }
    }

    const letters = await store().deadLetters()

    const of = (name: string) => letters.filter(({ source }) => source === name).map(({ body }) => body)
    expect(of('few')).toEqual(['2', '1', '0'])
    expect(of('many')).toEqual(Array.from({ length: 20 }, (_, each) => `${24 - each}`))
    expect(of('flood')).toEqual(Array.from({ length: 77 }, (_, each) => `${149 - each}`))
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
    expect(await store().receiveEvents([event('a')])).toMatchObject([{ isNew: false }])
  })

  describe('what is damaged', () => {
    const from = { source: 'harbor', kind: 'pushed' } as const
    const damaged = event('b', { from, tag: 'bad', digest: 'sha256:short' as Digest }) // as no writer leaves it
    const all = [event('a'), damaged, event('c', { tag: 'next' })]

    test('is put aside, a page at a time, and the rest is read', async () => {
      await store().receiveEvents(all)
      await expect(store().pendingEvents(10)).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })

      expect(await store().putAsideUnreadable(at(9), 1)).toEqual([])
      expect(await store().putAsideUnreadable(at(9), 2, event('a'))).toEqual([
        { code: 'STATE_UNREADABLE', sentence: 'the row b of the table event_inbox cannot be read' },
      ])

      expect(await store().pendingEvents(10)).toMatchObject([{ key: 'a' }, { key: 'c' }])
      expect(await store().eventTrail({ limit: 10 })).toMatchObject([
        { fate: 'failed', reason: { code: 'STATE_UNREADABLE' } },
      ])
    })

    test('hides no other line of the trail', async () => {
      for (const each of all) await store().receiveEvents([{ ...each, from }])
      const place = { source: 'harbor', registry: all[0]?.registry, repository: 'shop/web' }

      expect(await store().eventTrail({ limit: 10 })).toMatchObject([
        { ...place, tag: 'next', fate: 'waiting' },
        { ...place, tag: 'bad', digest: null, fate: 'failed', receivedAt: at(1), reason: { code: 'STATE_UNREADABLE' } },
        { ...place, tag: 'stable', fate: 'waiting' },
      ])
    })
  })

  test('a state that only heard of something still counts as new (I9)', async () => {
    await store().receiveEvents([event('a')])
    await store().addDeadLetter({ source: 'registry', body: '{', receivedAt: at(1) })
    await store().setSourceTroubles([{ source: 'ecr', reason: { code: 'C', sentence: 'so it is' }, since: at(1) }])
    await store().setProvenNetworks(['203.0.113.7'])
    await store().checkWritable()

    await reopen()
    expect(store().isNew).toBe(true)

    await store().setHold(null)
    await reopen()
    expect(store().isNew).toBe(false)
  })
}
