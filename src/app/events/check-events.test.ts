import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { event, list, listed, pushed, startChecks as start } from '../../../test/fakes/event-checks.ts'

test('looks at once, and no more when the tag shows the digest', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed

  await arrive(event())
  expect(looks).toEqual(['web 0'])
  expect(await store.pendingEvents(10)).toHaveLength(1)
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('a registry whose tag shows the digest only after 9 s is looked at until then', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()

  await arrive(event())
  await clock.pass(9_000)
  world.shows = pushed
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0', 'web 2', 'web 10'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('gives up after a minute, and leaves the rest to the poll', async () => {
  const { clock, store, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()

  await arrive(event())
  await clock.pass(600_000)

  expect(looks).toEqual(['web 0', 'web 2', 'web 10', 'web 60'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('without a digest, looks until the tag names something else than before', async () => {
  const { clock, world, looks, see, begin, arrive } = start({ follows: ['web'] })
  await see('web')
  await begin()

  await arrive(event({ digest: null }))
  await clock.pass(1_000)
  world.shows = pushed
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0', 'web 2'])
})

test('a thousand events of one repository are one look at once and one every 2 s', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = digest('f')

  for (let burst = 0; burst < 10; burst += 1) {
    await arrive(...Array.from({ length: 100 }, () => event({ digest: digest('e') })))
    await clock.pass(500)
  }
  world.shows = digest('e')
  await clock.pass(10_000)

  const times = looks.map((each) => Number(each.split(' ')[1]))
  expect(times[0]).toBe(0)
  for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(2)
  expect(times.length).toBeLessThanOrEqual(5)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('many events about tags that nobody follows are looked at as one', async () => {
  const { clock, store, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()

  await arrive(...Array.from({ length: 50 }, (_, index) => event({ tag: `other-${index}` })))
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
  expect(await store.pendingEvents(100)).toEqual([])
})

test('a deletion is looked at, once', async () => {
  const { clock, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()

  await arrive(event({ tag: null, digest: null }))
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
})

test('what nobody follows is counted, checked off, and never looked up', async () => {
  const { clock, store, looks, tally, begin, arrive } = start({ follows: ['web'] })
  await begin()

  await arrive(event({ repository: 'evil' }), event({ registry: 'elsewhere.example.com' }))
  await clock.pass(120_000)

  expect(looks).toEqual([])
  expect(tally.unfollowed).toBe(2)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('the same event again leads to nothing', async () => {
  const { clock, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed
  const same = event()

  for (let times = 0; times < 1000; times += 1) await arrive(same)
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
})

test('goes on with what a former process left, once it is known what is followed', async () => {
  const { clock, store, world, looks, follow, begin } = start()
  await store.receiveEvents([event()])
  await begin()
  await clock.pass(5_000)

  follow('web')
  await clock.pass(3_000)
  world.shows = pushed
  await clock.pass(120_000)

  expect(looks).toEqual(['web 6', 'web 8', 'web 15'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('looks are neither begun nor counted while nobody can be there to take them', async () => {
  const { clock, store, looks, follow, begin, arrive } = start()
  const from = { source: 'harbor', kind: 'pushed' } as const
  await begin()
  await arrive(event({ from }), event({ from, repository: 'evil' }))
  await clock.pass(500_000)
  expect(looks).toEqual([])
  expect(await store.pendingEvents(10)).toHaveLength(2)

  follow('web')
  await clock.pass(120_000)

  expect(looks).toEqual(['web 501', 'web 503', 'web 510', 'web 560'])
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([
    { fate: 'unfollowed', looks: 0 },
    { fate: 'unseen', looks: 4 },
  ])
})

test('a target that stays away is not waited for without end', async () => {
  const { clock, store, looks, lines, begin, arrive } = start()
  await begin()
  for (let times = 0; times < 3; times += 1) {
    await arrive(event({ repository: `of-nobody-${times}`, from: { source: 'harbor', kind: 'pushed' } }))
  }

  await clock.pass(700_000)

  expect(looks).toEqual([])
  expect(await store.pendingEvents(10)).toEqual([])
  expect(await store.eventTrail({ limit: 1 })).toMatchObject([{ fate: 'unseen', looks: 0, lookedAt: null }])
  expect(lines).toEqual([])
})

test('what nobody can look up leaves room for what is followed', async () => {
  const { clock, overview, looks, begin, arrive } = start({ follows: ['web'] })
  overview.add('away')
  await begin()
  const many = Array.from({ length: 10_000 }, (_, index) => event({ repository: `of-the-other-${index}` }))
  await arrive(...many)

  await arrive(event())
  await clock.pass(1_000)

  expect(looks).toEqual(['web 0'])
})

test('one whose repository is seen to be followed is looked up while another target was not seen yet', async () => {
  const { clock, overview, looks, begin, arrive } = start({ follows: ['web'] })
  overview.add('away')
  await begin()

  await arrive(event(), event({ repository: 'of-the-other' }))
  await clock.pass(1_000)

  expect(looks).toEqual(['web 0'])
})

test('a state that cannot be written is tried again, and nothing is lost', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed
  const { checkOffEvents } = store
  store.checkOffEvents = () => Promise.reject(new Error('no space left on device'))

  await arrive(event())
  await clock.pass(30_000)
  expect(await store.pendingEvents(10)).toHaveLength(1)
  store.checkOffEvents = checkOffEvents
  await clock.pass(30_000)

  expect(looks.length).toBeLessThan(10)
  expect(await store.pendingEvents(10)).toEqual([])
})

test('where a tag is chosen among all, any tag is looked for until the list has it', async () => {
  const { clock, store, looks, begin, arrive } = start({ follows: ['web'], isListed: true })
  await begin()

  await arrive(event({ tag: '1.5.0' }))
  await clock.pass(3_000)
  expect(looks).toEqual(['web 0', 'web 2'])
  await store.saveTagList(list, [listed('1.5.0')])
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0', 'web 2'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('where a tag is chosen among all, a signature beside an image is one look, and not looked for', async () => {
  const { clock, store, looks, begin, arrive } = start({ follows: ['web'], isListed: true })
  await begin()

  await arrive(event({ tag: `sha256-${'a'.repeat(64)}.sig` }))
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('where a tag is chosen among all, one that was looked up before is looked for until it shows the digest', async () => {
  const { clock, world, looks, see, begin, arrive } = start({ follows: ['web'], isListed: true })
  await see('web')
  await begin()

  await arrive(event({ tag: '1' }))
  await clock.pass(3_000)
  world.shows = pushed
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0', 'web 2', 'web 10'])
})

test('the same bytes while the first are looked after begin its looks anew, and tell of it as one', async () => {
  const { clock, store, world, looks, tally, see, begin, arrive } = start({ follows: ['web'] })
  const from = { source: 'hub', kind: 'pushed' } as const
  const same = (nth: number) => event({ key: `same@${nth}`, identity: 'same', digest: null, from })
  await see('web')
  await begin()
  await arrive(same(1))
  await clock.pass(30_000)

  await arrive(same(2))
  await clock.pass(50_000)
  world.shows = pushed
  await clock.pass(60_000)

  expect(looks).toEqual(['web 0', 'web 2', 'web 10', 'web 30', 'web 32', 'web 40', 'web 90'])
  expect(tally).toMatchObject({ received: 1, repeated: 1 })
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([
    { fate: 'repeated' },
    { fate: 'changed', found: pushed, lookedAt: '2026-11-20T12:00:00.000Z' },
  ])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('the same bytes are news once the looks for the first are over', async () => {
  const { clock, looks, tally, see, begin, arrive } = start({ follows: ['web'] })
  const same = (nth: number) => event({ key: `same@${nth}`, identity: 'same', digest: null })
  await see('web')
  await begin()
  await arrive(same(1))
  await clock.pass(65_000)

  await arrive(same(2))
  await clock.pass(65_000)

  expect(looks).toEqual([0, 2, 10, 60, 65, 67, 75, 125].map((at) => `web ${at}`))
  expect(tally).toMatchObject({ received: 2, repeated: 0 })
})

test('a registry goes by any of its names: with its usual port, and in capitals', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed

  await arrive(event({ registry: 'registry.example.com:443' }))
  expect(looks).toEqual(['web 0'])
  await clock.pass(120_000)
  await arrive(event({ registry: 'Registry.example.com' }))
  await clock.pass(120_000)
  await arrive(event({ registry: 'registry.example.com:5000' }))

  expect(looks).toEqual(['web 0', 'web 120'])
  expect(await store.pendingEvents(10)).toEqual([])
})
