import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { startComposeWorld, type ComposeCase } from '../../../test/fakes/compose-world.ts'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine } from '../../../test/fakes/target.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { planRollout } from '../../rollout/plan.ts'
import type { Gate } from '../../rollout/gate.ts'
import type { Order, Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import type { Target } from '../../targets/target.ts'
import { withdrawn } from '../decisions/withdrawn.ts'
import { rollOut } from './roll-out.ts'
import { unlessAway } from './state-away.ts'

const gate: Gate = { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, restartsMax: 2, probe: null }

const healthyService: ComposeCase = {
  order: 'stop-first',
  scale: 1,
  behaviour: 'healthy',
  edit: 'none',
  hasFollower: false,
}

interface Way {
  /** Seconds after the new version has started, by which the state goes away and is back. */
  readonly from: number
  readonly until: number
  readonly code?: ErrorCode
  readonly behaviour?: 'healthy' | 'exits'
  readonly order?: Order
  readonly stop?: AbortSignal
  readonly gate?: Gate
}

/** Rolls out while the state is away for a part of the gate, and tells how it stands afterwards. */
async function rollOutWhile({
  from,
  until,
  code = 'STATE_UNAVAILABLE',
  behaviour = 'healthy',
  order,
  stop,
  gate: own = gate,
}: Way) {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', behaviour, () => clock.now())
  const store = createMemoryStore()
  let [startedAt, backAt] = [Infinity, Infinity]
  const { apply } = engine.target
  engine.target.apply = async (rollout, effect, context) => {
    await apply(rollout, effect, context)
    if (effect === 'start-old') backAt = clock.elapsed()
  }
  const whenThere = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    const seconds = (clock.elapsed() - startedAt) / 1000
    if (seconds >= from && seconds < until) throw new AppError(code, 'the state does not answer')
    return ask()
  }
  const failing = {
    ...store,
    saveRollout: (...given: Parameters<typeof store.saveRollout>) => whenThere(() => store.saveRollout(...given)),
    // What is full can still be read.
    override: (workload: string) =>
      code === 'STATE_UNWRITABLE' ? store.override(workload) : whenThere(() => store.override(workload)),
  }
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const planned = { ...plan, gate: own, oldInstance: oldId, fromImage: 'sha256:old-image', restart: 'always' } as const
  const rollout = planRollout({ ...planned, order: order ?? plan.order })
  const deps = {
    target: engine.target,
    store: failing,
    clock,
    pullAuth: async () => null,
    withdrawn: (each: typeof rollout) => unlessAway(withdrawn(failing, each)),
    onJournal: async ({ effect, phase }: { effect: string | null; phase: string }) => {
      if (effect === 'start-new' && phase === 'after') startedAt = clock.elapsed()
    },
  }
  const rested = await rollOut(deps, rollout, stop ?? new AbortController().signal)
  const serving = [...engine.instances.values()].find(({ name }) => name === 'web')
  return {
    rested,
    serving: serving?.id === oldId ? 'old' : serving?.status,
    kept: await store.rollout(rollout.id),
    quarantines: await store.quarantines(),
    lastedS: (backAt - startedAt) / 1000,
    seconds: (clock.elapsed() - startedAt) / 1000,
  }
}

test.each<[string, Way]>([
  ['for ten seconds of its gate', { from: 5, until: 15 }],
  ['from its start until after its verdict', { from: 0, until: 60 }],
  ['until right before its deadline', { from: 8, until: 118 }],
  ['for a while of one that starts first', { from: 2, until: 60, order: 'start-first' }],
])('a rollout whose state is away %s waits for it, and succeeds', async (_, way) => {
  const { rested, serving, kept, seconds } = await rollOutWhile(way)

  expect(rested).toMatchObject({ outcome: 'succeeded' })
  expect(kept).toMatchObject({ outcome: 'succeeded' })
  expect(serving).toBe('running')
  expect(seconds).toBeGreaterThanOrEqual(way.until - 5)
})

test.each<Order>(['stop-first', 'start-first'])(
  'what cannot be proven durably before its deadline goes back, %s',
  async (order) => {
    const { rested, serving, kept, seconds } = await rollOutWhile({ from: 5, until: 200, order })

    expect(rested).toMatchObject({ stage: 'ended', outcome: 'failed', reason: { code: 'STATE_UNAVAILABLE' } })
    expect(rested.candidateAtFault).toBe(false)
    expect(serving).toBe('old')
    expect(seconds).toBeGreaterThanOrEqual(120)
    expect(kept).toMatchObject({ stage: 'ended', outcome: 'failed' })
    expect(seconds).toBeLessThan(210)
  },
)

test('a gate that is passed at its very deadline has half a minute to become durable', async () => {
  const { kept, serving } = await rollOutWhile({ from: 5, until: 150, gate: { ...gate, stableMs: 120_000 } })

  expect(kept).toMatchObject({ outcome: 'succeeded' })
  expect(serving).toBe('running')
})

test('a version that fails while the state is away is not kept for that', async () => {
  const { rested, serving, kept, quarantines, lastedS } = await rollOutWhile({
    from: 0,
    until: 300,
    behaviour: 'exits',
  })

  expect(rested).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: true })
  expect(serving).toBe('old')
  expect(lastedS).toBeLessThan(60)
  // What was missed is made up for.
  expect(kept).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
  expect(quarantines).toMatchObject([{ digest: newer }])
})

test('a state that is full is waited for as well', async () => {
  const full = { from: 5, code: 'STATE_UNWRITABLE' } as const

  expect((await rollOutWhile({ ...full, until: 60 })).kept).toMatchObject({ outcome: 'succeeded' })
  expect(await rollOutWhile({ ...full, until: 10_000 })).toMatchObject({
    rested: { stage: 'ended', outcome: 'failed', reason: { code: 'STATE_UNWRITABLE' } },
    serving: 'old',
  })
})

test('a state that somebody has to look at ends the driving, and left for later', async () => {
  await expect(rollOutWhile({ from: 5, until: 10_000, code: 'STATE_UNREADABLE' })).rejects.toMatchObject({
    code: 'STATE_UNREADABLE',
  })
})

test('asked to stop meanwhile, it parks', async () => {
  const stop = new AbortController()
  setImmediate(() => stop.abort())
  const { rested, kept } = await rollOutWhile({ from: 0, until: 10_000, stop: stop.signal })

  expect(['forward', 'ended']).toContain(rested.stage)
  expect(kept?.stage).toBe('forward')
})

test('a way back that needs what the state kept waits for it, rather than give up', async () => {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', 'exits', () => clock.now())
  const store = createMemoryStore()
  const { apply } = engine.target
  let misses = 30
  engine.target.apply = async (rollout, effect, context) => {
    // As where a Compose file is written back from what was captured.
    if (effect === 'start-old' && (misses -= 1) >= 0) throw new AppError('STATE_UNAVAILABLE', 'it does not answer')
    return apply(rollout, effect, context)
  }
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const rollout = planRollout({ ...plan, gate, oldInstance: oldId, fromImage: 'sha256:old-image', restart: 'always' })

  const rested = await rollOut(
    { target: engine.target, store, clock, pullAuth: async () => null },
    rollout,
    new AbortController().signal,
  )

  expect(rested).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
  expect(engine.instances.get(oldId)).toMatchObject({ name: 'web', status: 'running' })
})

test.each<Partial<ComposeCase>>([{}, { scale: 2 }])(
  'a proven version whose end alone could not be written is not taken back, but ended later (%o)',
  async (given) => {
    const world = startComposeWorld({ ...healthyService, ...given })
    const { saveRollout } = world.store
    let misses = 1
    world.store.saveRollout = async (...saved) => {
      if (saved[0].stage === 'ended' && (misses -= 1) >= 0) throw new AppError('STATE_UNAVAILABLE', 'no answer')
      return saveRollout(...saved)
    }

    await expect(world.survive()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })

    expect(await world.store.rollout(world.rollout.id)).toMatchObject({ stage: 'passed' })
    expect(world.service.olds()).toEqual([])
  },
)

describe('a Compose service that is brought along by another', () => {
  const follows = { how: 'recreate', provider: 'web', sentence: 'web is another', isLeftStopped: false } as const

  /** Follows forth, with the writes failing that the test picks. */
  async function follow(isSpoiled: (count: number) => boolean) {
    const world = startComposeWorld(healthyService)
    const clock = startFakeClock()
    const { target } = world.service
    let [isBehind, writes] = [true, 0]
    const deps = {
      target: {
        ...target,
        observe: async (...given: Parameters<Target['observe']>) => ({ ...(await target.observe(...given)), isBehind }),
        apply: async () => void (isBehind = false),
      },
      store: {
        ...world.store,
        saveRollout: async (...given: Parameters<Store['saveRollout']>) => {
          if (isSpoiled(writes++)) throw new AppError('STATE_UNAVAILABLE', 'no answer')
          return world.store.saveRollout(...given)
        },
      },
      clock,
      pullAuth: async () => null,
    }
    const rollout: Rollout = { ...world.rollout, follows, partOf: { rollout: 'first', way: 'forth' } }
    const rested = await rollOut(deps, rollout, new AbortController().signal)
    return { rested, writes, isBehind }
  }

  test('has followed, whichever write failed', async () => {
    const { writes } = await follow(() => false)
    expect(writes).toBeGreaterThan(1)
    for (let at = 0; at < writes; at++) {
      const { rested, isBehind } = await follow((count) => count === at)

      expect(rested, `write ${at}`).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
      expect(isBehind).toBe(false)
    }
  })

  test('is left for later when the state stays away', async () => {
    await expect(follow(() => true)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
    await expect(follow((count) => count > 0)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
  })
})
