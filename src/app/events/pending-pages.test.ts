import { expect, test } from 'vitest'
import { event, pushed, startChecks as start } from '../../../test/fakes/event-checks.ts'
import { AppError } from '../../errors.ts'
import type { ReceivedEvent } from '../../store/store.ts'

const at = (ms: number): string => new Date(Date.parse('2026-11-20T12:00:00Z') + ms).toISOString()

/** One of each repository, a millisecond apart. */
const pushesOf = (count: number, name: string): readonly ReceivedEvent[] =>
  Array.from({ length: count }, (_, index) => event({ repository: `${name}-${index}`, receivedAt: at(index) }))

test('what a former process left is all read, however much of it nobody follows', async () => {
  const { clock, store, looks, follow, begin } = start()
  await store.receiveEvents(pushesOf(12_000, 'of-nobody'))
  await store.receiveEvents([event({ receivedAt: at(3_600_000) })])
  follow('web')

  await begin()
  await clock.pass(120_000)

  expect(looks).toHaveLength(4)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('what is followed is looked up beyond all that waits for a target that was not seen yet', async () => {
  const { clock, overview, store, looks, begin } = start({ follows: ['web'] })
  overview.add('away')
  await store.receiveEvents(pushesOf(12_000, 'of-the-other'))
  await store.receiveEvents([event({ receivedAt: at(3_600_000) })])

  await begin()
  await clock.pass(20_000)

  expect(looks[0]).toMatch(/^web /)
})

test('more than there is place for in memory are all looked up', async () => {
  const pushes = pushesOf(12_000, 'web')
  const { clock, store, world, looks, begin } = start({ follows: pushes.map(({ repository }) => repository) })
  world.shows = pushed
  await store.receiveEvents(pushes)

  await begin()
  await clock.pass(60_000)

  expect(new Set(looks.map((each) => each.split(' ')[0])).size).toBe(12_000)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('what cannot be checked off while a page is read is seen to again', async () => {
  const { clock, store, tally, begin, arrive } = start({ follows: ['web'] })
  await begin()
  const { checkOffEvents, pendingEvents } = store
  const asked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  store.checkOffEvents = () => Promise.reject(new Error('no space left on device'))
  store.pendingEvents = async (...query) => {
    const page = await pendingEvents(...query)
    asked.resolve()
    await answered.promise
    return page
  }
  await arrive(event({ repository: 'evil-0' }))
  await clock.pass(11_000)
  await asked.promise

  await arrive(event({ repository: 'evil-1' }))
  store.checkOffEvents = checkOffEvents
  store.pendingEvents = pendingEvents
  answered.resolve()
  await clock.pass(20_000)

  expect(tally.unfollowed).toBeGreaterThanOrEqual(3)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('what came while a page was read is not replaced by what it took the place of', async () => {
  const { clock, store, world, begin, arrive } = start({ follows: ['web'] })
  const from = { source: 'harbor', kind: 'pushed' } as const
  await store.receiveEvents([event({ from })])
  const { pendingEvents } = store
  const answered = Promise.withResolvers<void>()
  store.pendingEvents = async (...query) => {
    const page = await pendingEvents(...query)
    await answered.promise
    return page
  }
  await begin()
  await arrive(event({ from, receivedAt: at(1) }))

  answered.resolve()
  world.shows = pushed
  await clock.pass(20_000)

  expect(await store.eventTrail({ limit: 2 })).toMatchObject([{ fate: 'changed' }, { fate: 'replaced' }])
})

test('an inbox that cannot be read keeps nothing waiting that is in memory, is told once, and is tried again', async () => {
  const { clock, store, lines, looks, begin, arrive } = start({ follows: ['web', 'shop'] })
  await store.receiveEvents([event({ repository: 'shop' })])
  const { pendingEvents } = store
  store.pendingEvents = () => Promise.reject(new Error('row unreadable'))
  await begin()

  await arrive(event())
  await clock.pass(60_000)
  expect(looks).toEqual(['web 0', 'web 2', 'web 10', 'web 60'])
  expect(lines).toHaveLength(1)
  store.pendingEvents = pendingEvents
  await clock.pass(12_000)

  expect(looks).toContain('shop 70')
})

test('what cannot be read is put aside and told, and holds up nothing that came after it', async () => {
  const { clock, store, looks, lines, begin } = start({ follows: ['web'] })
  await store.receiveEvents([event()])
  const { pendingEvents } = store
  const trouble = new AppError('STATE_UNREADABLE', 'the row a of the table event_inbox cannot be read')
  let damaged = 2
  store.pendingEvents = async (...page) => (damaged > 0 ? Promise.reject(trouble) : pendingEvents(...page))
  store.putAsideUnreadable = async () => {
    damaged -= 1
    return [{ code: trouble.code, sentence: trouble.message }]
  }

  await begin()
  await clock.pass(120_000)

  expect(looks).toHaveLength(4)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toContain('STATE_UNREADABLE: the row a of the table event_inbox cannot be read')
})
