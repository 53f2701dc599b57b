import { beforeEach, describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ago, digest, ended, newer, observed, override, running } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine } from '../../../test/fakes/target.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import { rollOut } from '../rollouts/roll-out.ts'
import { withdrawn } from './withdrawn.ts'

/** One to `newer` that began ten seconds ago. */
const rollout: Rollout = { ...ended(null, newer, 5), stage: 'forward', reason: null, endedAt: null, createdAt: ago(10) }
const justNow = { since: ago(1) }

let store: Store
beforeEach(() => {
  store = createMemoryStore()
})

describe('a rollout is taken back', () => {
  test('by a word since it began that wants another digest', async () => {
    await store.setOverride(override({ ...justNow, digest: running }))

    expect(await withdrawn(store, rollout)).toEqual({
      code: 'WITHDRAWN',
      sentence: 'ada asked for 2 (aaaaaaaaaaaa) meanwhile',
    })
  })

  test('by a word on a tag that names another digest', async () => {
    await store.setOverride(override(justNow))
    await store.saveTagObservation(observed(running, { tag: '2' }))

    expect(await withdrawn(store, rollout)).not.toBeNull()
  })

  test.each([
    ['a word from before', override({ since: ago(11), digest: running })],
    ['a word that wants the same digest', override({ ...justNow, digest: newer })],
    ['a word on a tag of which nothing is known', override({ ...justNow, tag: '3' })],
  ])('but not by %s', async (_, word) => {
    await store.setOverride(word)

    expect(await withdrawn(store, rollout)).toBeNull()
  })
})

test.each([
  ['a pull', 'J1'],
  ['the look at the settings', 'J2'],
])('what is taken back during %s leaves the running version alone', async (_, during) => {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', 'healthy', () => clock.now())
  const starting = { ...rollout, oldInstance: oldId, createdAt: new Date(clock.now()).toISOString() }
  clock.advance(1000)
  const effects: (string | null)[] = []
  const onJournal = async ({ step, phase, effect }: { step: string; phase: string; effect: string | null }) => {
    effects.push(effect)
    if (step !== during || phase !== 'after') return
    await store.setOverride(override({ digest: digest('c'), since: new Date(clock.now()).toISOString() }))
  }
  const deps = { target: engine.target, store, clock, pullAuth: async () => null, onJournal }

  const after = await rollOut(
    { ...deps, withdrawn: (each: Rollout) => withdrawn(store, each) },
    starting,
    new AbortController().signal,
  )

  expect(after).toMatchObject({ stage: 'ended', outcome: 'superseded', reason: { code: 'WITHDRAWN' } })
  expect(effects).not.toContain('stop-old')
  expect(engine.instances.get(oldId)).toMatchObject({ name: 'web', status: 'running', restart: 'always' })
})

test('what is taken back in its gate goes back, is no failure, and quarantines nothing', async () => {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', 'healthy', () => clock.now())
  const starting = { ...rollout, oldInstance: oldId, createdAt: new Date(clock.now()).toISOString() }
  clock.advance(1000)
  const deps = {
    target: engine.target,
    store,
    clock,
    pullAuth: async () => null,
    withdrawn: (each: Rollout) => withdrawn(store, each),
  }
  const hasBegun = async ({ step, phase }: { step: string; phase: string }) => {
    if (step !== 'J6' || phase !== 'after') return
    const since = new Date(clock.now()).toISOString()
    await store.setOverride(override({ digest: digest('c'), since }))
  }

  const after = await rollOut({ ...deps, onJournal: hasBegun }, starting, new AbortController().signal)

  expect(after).toMatchObject({
    stage: 'ended',
    outcome: 'superseded',
    reason: { code: 'WITHDRAWN' },
    candidateAtFault: false,
  })
  expect(engine.instances.get(oldId)).toMatchObject({ name: 'web', status: 'running', restart: 'always' })
  expect(await store.quarantines()).toEqual([])
})
