import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import {
  event,
  failure,
  list,
  listed,
  old,
  pushed,
  registry,
  seen,
  startChecks as start,
} from '../../../test/fakes/event-checks.ts'

test.each([
  ['the policy chose it', { isChosen: true, waits: 0 }, { fate: 'changed', found: pushed, looks: 1 }],
  ['no policy did', { isChosen: false, waits: 0 }, { fate: 'unchosen', found: null, looks: 1 }],
  ['that is not known for long', { isChosen: false, waits: 700_000 }, { fate: 'unchosen', found: null, looks: 1 }],
])('a tag that is in the list is not told of as unchosen before that is decided: %s', async (_, came, told) => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'], isListed: true })
  await begin()
  await arrive(event({ tag: '1.5.0', from: { source: 'harbor', kind: 'pushed' } }))
  world.isDeciding = true
  await store.saveTagList(list, [listed('1.5.0')])
  await clock.pass(300_000 + came.waits)

  if (came.isChosen) await store.saveTagObservation({ ...seen, tag: '1.5.0', digest: pushed })
  if (came.waits === 0) expect(await store.eventTrail({ limit: 10 })).toMatchObject([{ fate: 'waiting' }])
  if (came.waits === 0) world.isDeciding = false
  await clock.pass(5_000)

  expect(looks).toEqual(['web 0'])
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([told])
})

test('tells what became of each event, and when it was looked up', async () => {
  const { clock, store, world, begin, arrive } = start({ follows: ['web'] })
  await begin()
  const from = { source: 'harbor', kind: 'pushed' } as const
  const [first, second, third] = [
    event({ from }),
    event({ from, digest: old }),
    event({ from, repository: 'shop', tag: null }),
  ]

  world.shows = pushed
  await arrive(first)
  await clock.pass(5_000)
  await arrive(third)
  world.shows = old
  await arrive(second)
  await clock.pass(5_000)
  await arrive(event({ from, digest: old }))
  await clock.pass(5_000)

  const trail = await store.eventTrail({ limit: 10 })
  expect(trail.map(({ fate, found, looks }) => [fate, found, looks])).toEqual([
    ['unchanged', old, 1],
    ['changed', old, 1],
    ['unfollowed', null, 0],
    ['changed', pushed, 1],
  ])
  expect(trail.map(({ lookedAt }) => lookedAt)).toEqual([
    expect.any(String),
    expect.any(String),
    null,
    expect.any(String),
  ])
})

test('what the look for an earlier event found is told of the one that took its place', async () => {
  const { clock, store, world, begin, arrive } = start({ follows: ['web'] })
  await begin()
  await store.saveTagObservation({ ...seen, digest: old })
  const from = { source: 'harbor', kind: 'pushed' } as const

  world.shows = pushed
  await arrive(event({ from, digest: digest('c') }))
  await clock.pass(500)
  await arrive(event({ from }))
  await clock.pass(5_000)

  expect(await store.eventTrail({ limit: 10 })).toMatchObject([
    { fate: 'changed', found: pushed },
    { fate: 'replaced', looks: 1, found: pushed },
  ])
})

test('what took the place of an event before anything new was found leaves nothing to tell of it', async () => {
  const { clock, store, begin, arrive } = start({ follows: ['web'] })
  await store.saveTagObservation(seen)
  await begin()
  const from = { source: 'harbor', kind: 'pushed' } as const

  await arrive(event({ from }))
  await arrive(event({ from, digest: digest('c') }))
  await clock.pass(120_000)

  expect(await store.eventTrail({ limit: 10 })).toMatchObject([
    { fate: 'unseen', found: old },
    { fate: 'replaced', looks: 1, found: null },
  ])
})

test('news of the image of one platform is about the index that has it', async () => {
  const { clock, store, world, looks, begin, arrive } = start({ follows: ['web'] })
  await store.saveTagObservation(seen)
  await begin()
  const platform = { os: 'linux', architecture: 'amd64', variant: null }
  const image = { platform, manifest: digest('c'), config: null }
  await store.saveImageDescription(registry, 'web', pushed, { digest: pushed, mediaType: '', images: [image] })
  world.shows = pushed

  await arrive(event({ digest: digest('c'), from: { source: 'harbor', kind: 'pushed' } }))
  await clock.pass(120_000)

  expect(looks).toEqual(['web 0'])
  expect(await store.eventTrail({ limit: 1 })).toMatchObject([{ fate: 'changed', found: pushed, digest: digest('c') }])
})

test.each([
  ['names another digest for a minute', { shows: old }, { fate: 'unseen', found: old, looks: 4 }],
  ['cannot be looked up', { fails: true }, { fate: 'failed', found: null, looks: 4, reason: failure }],
])('says so when a tag %s', async (_, world, told) => {
  const started = start({ follows: ['web'] })
  await started.begin()
  Object.assign(started.world, world)

  await started.arrive(event({ from: { source: 'harbor', kind: 'pushed' } }))
  await started.clock.pass(120_000)

  expect(await started.store.eventTrail({ limit: 10 })).toMatchObject([told])
})

test.each([
  ['since it came', 1, 'changed'],
  ['before', -1, 'unchanged'],
] as const)('a digest that another look found %s', async (_, seconds, fate) => {
  const { clock, store, begin, arrive, world } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed
  const told = event({ from: { source: 'harbor', kind: 'pushed' } })
  world.firstSeenAt = new Date(Date.parse(told.receivedAt) + seconds * 1000).toISOString()
  await store.saveTagObservation({ ...seen, digest: pushed, firstSeenAt: world.firstSeenAt })

  await arrive(told)
  await clock.pass(5_000)

  expect(await store.eventTrail({ limit: 1 })).toMatchObject([{ fate, found: pushed }])
})

test('a registry that does not show what events tell of is said to be so, once while that lasts', async () => {
  const { clock, world, lines, begin, arrive } = start({ follows: ['web', 'shop'] })
  await begin()
  const told = () => lines.filter((line) => line.includes('did not show')).length
  const tell = async (shows: typeof old, ...repositories: readonly string[]) => {
    world.shows = shows
    await arrive(...repositories.map((repository) => event({ repository })))
    await clock.pass(90_000)
  }

  await tell(old, 'web', 'shop')
  await tell(pushed, 'web')
  await tell(old, 'web', 'shop')
  expect(told()).toBe(0)
  await tell(old, 'web')
  expect(lines.filter((line) => line.includes('did not show'))).toEqual([
    expect.stringMatching(/WARN.*3 events in a row told of what registry\.example\.com did not show/),
  ])
  await tell(old, 'web', 'shop')

  expect(told()).toBe(1)
})
