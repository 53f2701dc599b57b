import { expect, test } from 'vitest'
import { ended, newer, row } from '../../test/fakes/decide-input.ts'
import { startFollowed } from '../../test/fakes/followed.ts'
import type { InstanceFacts } from '../rollout/facts.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { Target } from '../targets/target.ts'
import { adoptFoundRollouts } from './recover.ts'

const fresh: InstanceFacts = {
  id: 'new',
  name: 'web',
  status: 'running',
  restart: 'no',
  image: 'sha256:new',
  exitCode: 0,
  error: '',
  health: 'healthy',
  probe: null,
  healthBudgetMs: 0,
  restarts: 0,
  startedAt: '2026-11-20T11:59:00Z',
  finishedAt: null,
  connected: true,
  stoppedByHand: false,
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
async function adopt(found: Partial<InstanceFacts>, hasOld = true) {
  const { app, world, store } = startFollowed([])
  await store.saveWorkload({ ...row(), id: intent.workload, baselineImage: 'sha256:before' })
  world.facts = { ...world.facts, new: { ...fresh, ...found } }
  const target = {
    ...(app.targets[0] as Target), // it has one
    findRollouts: async () => [{ operation: intent.id, workload: intent.workload, intent, hasOld }],
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

test('one whose new version had not started goes back', async () => {
  expect((await adopt({ status: 'created', startedAt: null })).adopted).toMatchObject({
    stage: 'back',
    outcome: 'abandoned',
  })
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
