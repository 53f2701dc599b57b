import { onTestFinished } from 'vitest'
import { createOverview } from '../../src/app/answers/overview.ts'
import { createEventChecks } from '../../src/app/events/check-events.ts'
import { createEventTally } from '../../src/app/events/event-tally.ts'
import { keepEvents } from '../../src/app/events/keep-events.ts'
import { createNudges } from '../../src/app/passes/nudges.ts'
import { createLog } from '../../src/lib/log.ts'
import type { ReceivedEvent } from '../../src/store/store.ts'
import { settled, startManualClock } from './clock.ts'
import { digest } from './decide-input.ts'
import { createMemoryStore } from './store.ts'

export const registry = 'registry.example.com'
export const [old, pushed] = [digest('a'), digest('b')]

export const failure = { code: 'REGISTRY_UNAVAILABLE', sentence: 'the registry does not answer' }

/** The tag 1 of the repository web, as a look left it. */
export const seen = {
  registry,
  repository: 'web',
  tag: '1',
  digest: old,
  reads: 1,
  firstSeenAt: null,
  seenAt: null,
  failure: null,
}

const at = '2026-11-20T12:00:00.000Z'

/** The list of the repository web, and a tag of it. */
export const list = { registry, repository: 'web', count: 1, seenAt: at, failure: null, doubt: null }
export const listed = (tag: string) => ({ tag, firstSeenAt: at, goneSince: null, push: null })

/** Checks of events over a registry that a test scripts; each look is noted with its time. */
export function startChecks(prepare: { follows?: readonly string[]; isListed?: boolean } = {}) {
  const clock = startManualClock()
  const store = createMemoryStore()
  const overview = createOverview()
  const nudges = createNudges()
  const tally = createEventTally()
  const looks: string[] = []
  const lines: string[] = []
  const world = {
    /** What the tag 1 of every repository names. */
    shows: old,
    fails: false,
    firstSeenAt: null as string | null,
    isDeciding: false,
  }
  const see = (repository: string) =>
    store.saveTagObservation({
      ...seen,
      repository,
      digest: world.shows,
      firstSeenAt: world.firstSeenAt,
      failure: world.fails ? { ...failure, at: '', since: '', count: 1 } : null,
    })
  nudges.subscribe((nudge) => {
    if (nudge.kind !== 'scan') return
    looks.push(`${nudge.repository.repository} ${clock.elapsed() / 1000}`)
    void see(nudge.repository.repository)
  })
  const view = overview.add('local', () => world.isDeciding)
  const follow = (...names: readonly string[]) =>
    view.sees(
      names.map((repository) => ({
        key: `scan:${registry}/${repository}`,
        repository: { registry, repository },
        tags: prepare.isListed === true ? [] : ['1'],
        isListed: prepare.isListed === true,
        workloads: [],
      })),
    )
  if (prepare.follows !== undefined) follow(...prepare.follows)
  const log = createLog('debug', 'plain', (line) => lines.push(line))
  const checks = createEventChecks({ store, clock, overview, nudges, tally, log })
  const stop = new AbortController()
  const begin = async () => {
    const running = checks.run(stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
    })
    await settled()
  }
  const arrive = async (...events: readonly ReceivedEvent[]) => {
    try {
      await keepEvents({ store, tally, onNews: checks.take, onDoubt: checks.readAnew }, events)
    } finally {
      await settled()
    }
  }
  return { clock, store, overview, world, looks, lines, tally, follow, see, begin, arrive }
}

let keys = 0
export const event = (change: Partial<ReceivedEvent> = {}): ReceivedEvent => ({
  key: `key-${(keys += 1)}`,
  registry,
  repository: 'web',
  tag: '1',
  digest: pushed,
  receivedAt: at,
  ...change,
})
