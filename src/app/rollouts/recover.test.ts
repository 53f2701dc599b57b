import { expect, test } from 'vitest'
import { ended, newer, row } from '../../../test/fakes/decide-input.ts'
import { startFollowed } from '../../../test/fakes/followed.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { InstanceFacts } from '../../rollout/facts.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import { adoptFoundRollouts, openRollouts } from './recover.ts'

const fresh: InstanceFacts = {
  ...blankInstance,
  id: 'new',
  name: 'web',
  status: 'running',
  image: 'sha256:new',
  health: 'healthy',
  startedAt: '2026-11-20T11:59:00Z',
}

const intent: Rollout = {
  ...ended('succeeded', newer, 60),
  stage: 'forward',
  outcome: null,
  reason: null,
  endedAt: null,
  keepOldMs: 600_000,
  toImage: fresh.image,
}

/** A state that was lost while labels on the target speak of a rollout whose old instance is still there. */
async function adopt(found: Partial<InstanceFacts>, hasOld = true, written = intent, isOver = false) {
  const { app, world, store } = startFollowed([])
  await store.saveWorkload({ ...row(), id: intent.workload, baselineImage: 'sha256:before' })
  world.facts = { ...world.facts, new: { ...fresh, ...found } }
  const target = {
    ...(app.targets[0] as Target), // it has one
    findRollouts: async () => [
      { operation: written.id, workload: written.workload, intent: written, hasOld, ...(isOver && { isOver }) },
    ],
    observe: async () => world.facts,
  }
  await adoptFoundRollouts(app, target, new AbortController().signal)
  const baseline = (await store.workload(intent.workload))?.baselineImage
  return { adopted: await store.rollout(intent.id), hold: await store.hold(), baseline }
}

test('I9: everything is held when labels speak of what the state does not know', async () => {
  expect((await adopt({})).hold?.reason.code).toBe('STATE_LOST')
})

test('a rollout that was under way is taken up at its gate', async () => {
  expect((await adopt({})).adopted).toMatchObject({ stage: 'forward', outcome: null })
})

test('one that another came after is over, and starts nothing', async () => {
  expect((await adopt({}, true, intent, true)).adopted).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
})

test('one whose new version had not started goes back', async () => {
  expect((await adopt({ status: 'created', startedAt: null })).adopted).toMatchObject({
    stage: 'back',
    outcome: 'abandoned',
  })
})

test('one that only followed another goes on: what its old instance lived in is gone', async () => {
  const follows = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another', isLeftStopped: false } as const
  const { adopted } = await adopt({ status: 'created', startedAt: null }, true, { ...intent, follows })

  expect(adopted).toMatchObject({ stage: 'forward', outcome: null })
  expect(adopted?.attempted).not.toContain('start-new')
})

test.each([{}, { health: 'unhealthy' }, { status: 'exited', stoppedByHand: true }] as const)(
  'one that had passed its gate is not judged again (%o)',
  async (since) => {
    expect((await adopt({ restart: intent.restart, ...since })).adopted).toMatchObject({
      stage: 'kept',
      outcome: 'succeeded',
      keepUntil: '2026-11-20T12:10:00.000Z',
    })
  },
)

const followedBy = ['local/container/debug']

test('one that had passed its gate goes on with what has to follow it, which may be cut off', async () => {
  const chain = { ...intent, followedBy }

  expect((await adopt({ restart: intent.restart }, true, chain)).adopted).toMatchObject({
    stage: 'passed',
    outcome: null,
    followedBy,
    attempted: expect.arrayContaining(['stop-old', 'start-new']),
  })
})

test('one that ended since stays so, whatever has to follow it', async () => {
  const since = { restart: intent.restart, status: 'exited', stoppedByHand: true } as const

  expect((await adopt(since, true, { ...intent, followedBy })).adopted).toMatchObject({ stage: 'kept' })
})

/** One that another has to follow, that one, and a third that follows something else; all found on a target. */
function startChain() {
  const { app, world, store } = startFollowed([])
  const follows = { how: 'recreate', provider: 'web', sentence: 'web is another', isLeftStopped: false } as const
  const first = { ...intent, id: 'first', followedBy }
  const part = { ...intent, id: 'part', workload: followedBy[0] ?? '', name: 'debug', follows }
  const own = { ...part, id: 'own', workload: 'local/container/other', name: 'other' }
  const target = {
    ...(app.targets[0] as Target), // it has one
    findRollouts: async () =>
      [own, first, part].map((each) => ({ operation: each.id, workload: each.workload, intent: each, hasOld: true })),
    // The first is armed, the others are under way.
    observe: async ({ id }: Rollout) => ({
      ...world.facts,
      new: { ...fresh, restart: id === 'first' ? intent.restart : 'no', name: intent.name },
    }),
  }
  return { app, store, target, adopt: () => adoptFoundRollouts(app, target, new AbortController().signal) }
}

test('what was under way to follow another is a part of that again, and driven by it', async () => {
  const { app, store, target, adopt: adoptAll } = startChain()

  await adoptAll()

  expect(await store.rollout('part')).toMatchObject({ partOf: { rollout: 'first', way: 'forth' } })
  expect((await store.rollout('own'))?.partOf).toBeUndefined()
  const open = await openRollouts(app, target, true)
  expect(open.map(({ id }) => id).toSorted()).toEqual(['first', 'own'])
})

test('also when we were killed between the two of them', async () => {
  const { app, store, adopt: adoptAll } = startChain()
  const { saveRollout } = store
  app.store.saveRollout = async (rollout, also) => {
    if (rollout.id === 'part') throw new Error('killed')
    return saveRollout(rollout, also)
  }
  await expect(adoptAll()).rejects.toThrow('killed')
  app.store.saveRollout = saveRollout

  await adoptAll()

  expect(await store.rollout('part')).toMatchObject({ partOf: { rollout: 'first', way: 'forth' } })
})

test('one whose old instance is gone is over', async () => {
  expect((await adopt({}, false)).adopted).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
})

test.each([
  ['passed its gate', { restart: intent.restart }, true, intent.toImage],
  ['passed its gate long ago', {}, false, intent.toImage],
  ['is under way', {}, true, 'sha256:before'],
] as const)(
  'what a label of ours accounts for is no change by hand once it %s',
  async (_what, found, hasOld, image) => {
    expect((await adopt(found, hasOld)).baseline).toBe(image)
  },
)
