import { beforeEach, describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import {
  ago,
  digest,
  ended,
  newer,
  override,
  reference,
  row,
  running,
  settings,
  workload,
} from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { startFakeEngine } from '../../../test/fakes/target.ts'
import type { Log } from '../../lib/log.ts'
import { digestPolicy } from '../../policies/digest.ts'
import { readSpec } from '../../policies/spec/read-spec.ts'
import type { Store } from '../../store/store.ts'
import { decision, type Decision } from './decision.ts'
import { createNudges } from '../passes/nudges.ts'
import { recordDecision, recordGone } from './record-decision.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'

const clock = startFakeClock()
const current = decision('current', 'CURRENT', 'it runs what the tag 1 names', running)
const held = decision('held', 'QUARANTINED', 'this digest failed', newer)
const outdated: Decision = { ...decision('outdated', 'DIGEST_MOVED', 'it moved', newer), isRolloutDue: true }

const watched: WatchableWorkload = {
  kind: 'watchable',
  target: startFakeEngine('web', 'always', 'healthy', clock.now).target,
  workload,
  settings,
  after: [],
  reference,
  tag: '1',
  isListed: false,
  policy: digestPolicy(readSpec('digest')),
  override: null,
}
const byHand = { ...watched, workload: { ...workload, imageId: digest('9') } }

function logInto(lines: string[]): Log {
  const tell = (level: string) => (_fields: unknown, sentence: string) => void lines.push(`${level} ${sentence}`)
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
}

/** What nothing here is about: groups, limits and loops to wake. */
const depsOf = (store: Store, log: Log) => ({
  store,
  clock,
  log,
  nudges: createNudges(),
  groups: new Map(),
  limits: new Map(),
})

test.each([
  ['a tag that is gone', 'TAG_GONE', 'warn'],
  ['a repository that is gone, which is worse,', 'REPOSITORY_GONE', 'error'],
])('%s is told in the log at its own level', async (_, code, level) => {
  const lines: string[] = []

  await recordDecision(depsOf(createMemoryStore(), logInto(lines)), watched, decision('unknown', code, 'it is gone'))

  expect(lines).toEqual([`${level} unknown: it is gone`])
})

describe('a decision', () => {
  let store: Store
  let lines: string[]

  beforeEach(() => {
    store = createMemoryStore()
    lines = []
  })

  const record = (decided: Decision, of: WatchableWorkload = watched) =>
    recordDecision(depsOf(store, logInto(lines)), of, decided)
  const baseline = async () => (await store.workload(workload.id))?.baselineImage

  test('is told once, until it changes', async () => {
    for (const each of [current, current, outdated, outdated, current]) await record(each)

    expect(lines).toEqual([
      'info current: it runs what the tag 1 names',
      'info outdated: it moved',
      'info current: it runs what the tag 1 names',
    ])
  })

  test('to hold is a warning, and history once', async () => {
    for (const each of [held, held]) await record(each)

    expect(lines).toEqual(['warn held: this digest failed'])
    expect(await store.history({ limit: 10 })).toMatchObject([{ kind: 'held', toDigest: newer }])
  })

  test('of unknown is a warning', async () => {
    await record(decision('unknown', 'REGISTRY_UNAVAILABLE', 'no answer'))

    expect(lines).toEqual(['warn unknown: no answer'])
  })

  test('takes what runs at the first look for what is meant to run', async () => {
    await record(outdated)

    expect(await baseline()).toBe(workload.imageId)
  })

  test.each([
    ['what somebody else put there is not meant', held, workload.imageId],
    ['not while nobody knows what the registry has', decision('unknown', 'X', 'x'), workload.imageId],
    ['but it is when it is what the tag names', current, digest('9')],
  ])('%s', async (_, decided, expected) => {
    await record(current)
    await record(decided, byHand)

    expect(await baseline()).toBe(expected)
  })
})

test('how a workload stands is dated from when that began', async () => {
  const store = createMemoryStore()
  const app = { ...depsOf(store, logInto([])), clock: startFakeClock() }
  const since = async () => (await store.workload(workload.id))?.since
  await recordDecision(app, watched, held)
  const first = await since()
  app.clock.advance(60_000)

  await recordDecision(app, watched, { ...held, reason: { ...held.reason, sentence: 'told otherwise' } })
  expect(await since()).toBe(first)

  await recordDecision(app, watched, { ...held, reason: { code: 'FLAPPING', sentence: 'back and forth' } })
  expect(await since()).toBe(new Date(app.clock.now()).toISOString())
})

test('what is found as it was is dated from when that began, and from now', async () => {
  const store = createMemoryStore()
  const app = { ...depsOf(store, logInto([])), clock: startFakeClock() }
  await recordDecision(app, watched, current)
  const first = await store.workload(workload.id)
  app.clock.advance(60_000)
  const now = new Date(app.clock.now()).toISOString()

  await recordDecision(app, watched, current)

  expect(await store.workload(workload.id)).toEqual({ ...first, observedAt: now, decidedAt: now })
})

test('a word that ends with a decision is ended, and a later one stays', async () => {
  const store = createMemoryStore()
  const app = depsOf(store, logInto([]))
  const done = override({ kind: 'deploy' })
  await store.setOverride(done)

  await recordDecision(app, watched, { ...current, endsOverride: override({ kind: 'deploy', since: ago(900) }) })
  expect(await store.override(workload.id)).toEqual(done)

  await recordDecision(app, watched, { ...current, endsOverride: done })
  expect(await store.override(workload.id)).toBeNull()
})

test('what a person accepts while a decision is made is not taken back by it', async () => {
  const memory = createMemoryStore()
  await memory.saveWorkload(row({ baselineImage: digest('8') }))
  const accepts = async (id: string) => {
    const before = await memory.workload(id)
    await memory.clearPause(id, { baselineImage: digest('9') })
    return before
  }
  const store = { ...memory, workload: accepts }

  await recordDecision(depsOf(store, logInto([])), byHand, held)

  expect(await memory.workload(workload.id)).toMatchObject({ state: 'held', baselineImage: digest('9') })
})

test('a workload that a rollout is changing is not gone, though nothing has its name for a moment', async () => {
  const store = createMemoryStore()
  await store.saveWorkload(row())
  await store.saveRollout({ ...ended('succeeded', newer, 0), stage: 'forward', outcome: null, endedAt: null })

  await recordGone(depsOf(store, logInto([])), { name: 'local', kind: 'container' }, new Set())

  expect(await store.workload(workload.id)).toEqual(row())
})

describe('a workload that is gone', () => {
  test('is not known to be while its target shows none, and is unknown instead', async () => {
    const store = createMemoryStore()
    const lines: string[] = []
    const app = depsOf(store, logInto(lines))
    await store.saveWorkload(row())
    const target = { name: 'local', kind: 'container', outOfSight: () => 'its engine is a worker' } as const

    for (let pass = 0; pass < 2; pass++) await recordGone(app, target, new Set())

    expect(lines).toHaveLength(1)
    const unseen = {
      state: 'unknown',
      reason: { code: 'NOT_SEEN', sentence: 'its engine is a worker' },
      digest: running,
    }
    expect(await store.workload(workload.id)).toMatchObject(unseen)
    await recordGone(app, { ...target, outOfSight: () => null }, new Set())
    expect(await store.workload(workload.id)).toMatchObject({ reason: { code: 'GONE' } })
  })

  test('is told once, and what is known of it stays', async () => {
    const store = createMemoryStore()
    const lines: string[] = []
    const app = depsOf(store, logInto(lines))
    await store.saveWorkload(row())
    await store.saveWorkload(row({ id: 'other/container/web' }))

    for (let pass = 0; pass < 2; pass++) await recordGone(app, { name: 'local', kind: 'container' }, new Set())

    expect(lines).toHaveLength(1)
    expect(await store.workload(workload.id)).toMatchObject({
      state: 'ignored',
      reason: { code: 'GONE' },
      digest: running,
    })
    expect(await store.workload('other/container/web')).toMatchObject({ state: 'current' })
  })
})
