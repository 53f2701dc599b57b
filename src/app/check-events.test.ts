import { afterEach, expect, test } from 'vitest'
import { settled, startManualClock } from '../../test/fakes/clock.ts'
import { digest } from '../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../test/fakes/store.ts'
import { createLog } from '../lib/log.ts'
import type { PendingEvent } from '../store/store.ts'
import { createEventChecks } from './check-events.ts'
import { createEventTally } from './event-tally.ts'
import { createNudges } from './nudges.ts'
import { createOverview } from './overview.ts'

const registry = 'registry.example.com'
const [old, pushed] = [digest('a'), digest('b')]

let end = async (): Promise<void> => {}
afterEach(() => end())

/** Checks over a registry that a test scripts; each look is noted with its time. */
function start(prepare: { follows?: readonly string[]; pending?: readonly PendingEvent[] } = {}) {
  const clock = startManualClock()
  const store = createMemoryStore()
  const overview = createOverview()
  const nudges = createNudges()
  const tally = createEventTally()
  const looks: string[] = []
  /** What the tag 1 of every repository names. */
  const world = { shows: old }
  const see = (repository: string) =>
    store.saveTagObservation({
      registry,
      repository,
      tag: '1',
      digest: world.shows,
      reads: 1,
      firstSeenAt: null,
      seenAt: null,
      failure: null,
    })
  nudges.subscribe((nudge) => {
    if (nudge.kind !== 'scan') return
    looks.push(`${nudge.repository.repository} ${clock.elapsed() / 1000}`)
    void see(nudge.repository.repository)
  })
  const view = overview.add('local')
  const follow = (...names: readonly string[]) =>
    view.sees(
      names.map((repository) => ({
        key: `scan:${registry}/${repository}`,
        repository: { registry, repository },
        tags: ['1'],
        workloads: [],
      })),
    )
  if (prepare.follows !== undefined) follow(...prepare.follows)
  const log = createLog('debug', 'plain', () => {})
  const checks = createEventChecks({ store, clock, overview, nudges, tally, log })
  const stop = new AbortController()
  let running = Promise.resolve()
  end = async () => {
    stop.abort()
    await running
  }
  const begin = async () => {
    running = checks.run(stop.signal)
    await settled()
  }
  const arrive = async (...events: readonly PendingEvent[]) => {
    checks.take(await store.receiveEvents(events))
    await settled()
  }
  return { clock, store, world, looks, tally, follow, see, begin, arrive }
}

let keys = 0
const event = (change: Partial<PendingEvent> = {}): PendingEvent => ({
  key: `key-${(keys += 1)}`,
  registry,
  repository: 'web',
  tag: '1',
  digest: pushed,
  receivedAt: '2026-11-20T12:00:00.000Z',
  ...change,
})

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

  expect(looks.at(-1)).toBe('web 10')
  expect(await store.pendingEvents(10)).toEqual([])
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
