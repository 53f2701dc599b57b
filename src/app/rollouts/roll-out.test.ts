import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash, crashesIn, disturbance, driveOn, survive } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { copyId, oldId, startFakeEngine, type Behaviour, type FakeEngine } from '../../../test/fakes/target.ts'
import { search } from '../../../test/fakes/search.ts'
import { AppError } from '../../errors.ts'
import { parseDigest } from '../../image/digest.ts'
import { policyRestarts } from '../../rollout/restart-policy.ts'
import type { Order, Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import { rollOut, type RollOutDeps } from './roll-out.ts'

const never = new AbortController().signal
const digest = parseDigest(`sha256:${'b'.repeat(64)}`)

interface World {
  readonly engine: FakeEngine
  readonly store: Store
  readonly rollout: Rollout
  readonly moments: string[]
  run(rollout: Rollout, onMoment?: (moment: string) => void, stop?: AbortSignal): Promise<Rollout>
}

function startWorld(order: Order, behaviour: Behaviour, restart = 'unless-stopped'): World {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', restart, behaviour, () => clock.now())
  const store = createMemoryStore()
  const moments: string[] = []
  const rollout = planned('web', clock.now(), { digest, order, restart })
  return {
    engine,
    store,
    rollout,
    moments,
    run: async (start, onMoment, stop = never) => {
      const deps: RollOutDeps = {
        target: engine.target,
        store,
        clock,
        pullAuth: async () => null,
        onJournal: ({ step, effect, phase }) => {
          const moment = `${step} ${effect ?? '-'} ${phase}`
          moments.push(moment)
          onMoment?.(moment)
        },
      }
      return driveOn((each) => rollOut(deps, each, stop), start, clock)
    },
  }
}

const serving = ({ engine }: World) => [...engine.instances.values()].filter((each) => each.status === 'running')

const orders: readonly Order[] = ['stop-first', 'start-first']
const policies = ['no', 'always', 'unless-stopped', 'on-failure:3'] as const

describe.each(orders)('%s', (order) => {
  test.each(['healthy', 'no-check'] as const)('keeps a new version that is %s', async (behaviour) => {
    const world = startWorld(order, behaviour)

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect([...world.engine.instances.values()]).toEqual([
      expect.objectContaining({ name: 'web', status: 'running', restart: 'unless-stopped', operation: 'operation-1' }),
    ])
    expect(world.engine.tag).toBe('sha256:new-image')
  })

  test.each([
    ['unhealthy', 'rolled-back', true],
    ['exits', 'rolled-back', true],
    ['cannot-start', 'rolled-back', true],
    ['port-taken', 'failed', false],
    ['pull-fails', 'failed', false],
  ] as const)('goes back when the new version is %s', async (behaviour, outcome, isQuarantined) => {
    const world = startWorld(order, behaviour)

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome, candidateAtFault: isQuarantined })
    expect([...world.engine.instances.values()]).toEqual([
      expect.objectContaining({ id: oldId, name: 'web', status: 'running', restart: 'unless-stopped' }),
    ])
    expect(world.engine.tag).toBe('sha256:old-image')
    expect(await world.store.quarantine('local/container/web')).toHaveLength(isQuarantined ? 1 : 0)
  })

  test.each(policies)('gives two more tries under %s only where that policy restarts', async (restart) => {
    const world = startWorld(order, 'exits', restart)

    await world.run(world.rollout)

    const tries = world.moments.filter((each) => each.endsWith('restart-new after')).length
    expect(tries).toBe(policyRestarts(restart, 1) ? 2 : 0)
  })

  test('counts a run to the end of what is not meant to be restarted as good', async () => {
    const world = startWorld(order, 'completes', 'no')

    const rollout = await world.run(world.rollout)

    expect(rollout.reason?.code).toBe('GATE_COMPLETED')
  })
})

test('a look that fails in the gap is taken again, whatever the reason', async () => {
  const world = startWorld('stop-first', 'healthy')
  const { observe, apply } = world.engine.target
  let failuresLeft = 5
  let hasConflicted = false
  world.engine.target.apply = async (rollout, effect, context) => {
    // What fails makes it look before it goes on.
    if (effect === 'rename-new' && !hasConflicted) {
      hasConflicted = true
      throw new AppError('TARGET_CONFLICT', 'the name is taken for a moment')
    }
    return apply(rollout, effect, context)
  }
  world.engine.target.observe = async (rollout, signal) => {
    if (hasConflicted && failuresLeft-- > 0) throw new AppError('TARGET_FAILED', 'the engine answered 500')
    return observe(rollout, signal)
  }

  expect(await world.run(world.rollout)).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
})

test('a look that never succeeds is told in the end', async () => {
  const world = startWorld('stop-first', 'healthy')
  world.engine.target.observe = () => Promise.reject(new AppError('TARGET_FORBIDDEN', 'permission denied'))

  await expect(world.run(world.rollout)).rejects.toMatchObject({ code: 'TARGET_FORBIDDEN' })
})

test.each([
  ['protect', 'failed', oldId],
  ['arm-new', 'needs-human', 'new-operation-1'],
] as const)('an effect that is done and does not show (%s) ends the rollout', async (kind, outcome, serves) => {
  const world = startWorld('stop-first', 'healthy')
  const { apply } = world.engine.target
  world.engine.target.apply = async (rollout, effect, context) => {
    if (effect !== kind) return apply(rollout, effect, context)
  }

  const rollout = await world.run(world.rollout)

  expect(rollout).toMatchObject({ stage: 'ended', outcome })
  expect(rollout.endedAt).not.toBeNull()
  expect(serving(world).map((each) => each.id)).toEqual([expect.stringContaining(serves)])
})

test('asked to stop in a pull, parks it at once', async () => {
  const stop = new AbortController()
  const world = startWorld('stop-first', 'healthy')
  world.engine.target.apply = (_rollout, _effect, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new AppError('ABORTED', 'stopped')))
      stop.abort()
    })

  const rollout = await world.run(world.rollout, () => {}, stop.signal)

  expect(rollout).toMatchObject({ stage: 'forward', outcome: null, endedAt: null })
  expect(serving(world).map((each) => each.id)).toEqual([oldId])
})

test('a new version that a person stopped while nobody looked stays stopped', async () => {
  const world = startWorld('stop-first', 'healthy')
  let isDown = false

  const rollout = await survive(world, (moment) => {
    if (isDown || moment !== 'J6 start-new after') return
    isDown = true
    world.engine.byHand('stop', 'new')
    throw new Crash()
  })

  expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
  expect(serving(world)).toEqual([])
})

test('survives a crash before and after every effect, alone and four in a row, in both orders and for every behaviour', async () => {
  const behaviours: readonly Behaviour[] = ['healthy', 'unhealthy', 'exits', 'cannot-start', 'port-taken']
  for (const order of orders) {
    for (const behaviour of behaviours) {
      const rehearsal = startWorld(order, behaviour)
      await rehearsal.run(rehearsal.rollout)
      for (const [at, crashes] of crashesIn(rehearsal.moments)) {
        const world = startWorld(order, behaviour)

        const rollout = await survive(world, (_moment, count) => {
          if (count >= at && count < at + crashes) throw new Crash()
        })

        const label = `${order} ${behaviour} killed ${crashes} times at ${rehearsal.moments[at]}`
        expect(serving(world), label).toHaveLength(1)
        expect(serving(world)[0], label).toMatchObject({ name: 'web', restart: 'unless-stopped' })
        expect(rollout.stage, label).toBe('ended')
        if (behaviour !== 'healthy') expect(serving(world)[0]?.id, label).toBe(oldId)
      }
    }
  }
})

test('holds I1, I2 and I8 under crashes, engine restarts and hands anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...orders),
      fc.constantFrom<Behaviour>(
        'healthy',
        'no-check',
        'unhealthy',
        'exits',
        'completes',
        'cannot-start',
        'port-taken',
      ),
      fc.constantFrom(...policies),
      fc.uniqueArray(fc.tuple(fc.nat(40), disturbance), { maxLength: 4, selector: ([at]) => at }),
      async (order, behaviour, restart, disturbances) => {
        const world = startWorld(order, behaviour, restart)
        const script = new Map(disturbances)
        let hasHands = false
        let hasStoppingHands = false

        const rollout = await survive(world, (_moment, count) => {
          const what = script.get(count)
          if (what === undefined) return
          if (what.kind === 'hand') {
            hasHands = true
            hasStoppingHands ||= what.which === 'old' || what.action === 'stop'
            world.engine.byHand(what.action, what.which)
          }
          if (what.kind === 'engine-restart') world.engine.restart()
          if (what.kind === 'engine-away') world.engine.away = true
          if (what.kind === 'prune') {
            // With neither version running all of the workload goes, as where a person removes it.
            hasStoppingHands ||= serving(world).length === 0
            world.engine.prune()
          }
          if (what.kind === 'crash') throw new Crash()
        })

        expect(['ended', 'kept']).toContain(rollout.stage)
        const hasPassed = rollout.outcome === 'succeeded'
        if (!hasPassed) expect(world.engine.removed).not.toContain(oldId)
        const ours = (id: string) => id.startsWith('new-operation-1') || id === copyId
        for (const id of world.engine.removed) expect(id === oldId || ours(id)).toBe(true)
        const engineRestarts = disturbances.some(([, what]) => what.kind === 'engine-restart')
        if (hasStoppingHands || behaviour === 'completes' || (engineRestarts && restart === 'no')) return
        const wasRemovedWhenDone = hasHands && hasPassed
        if (!wasRemovedWhenDone) expect(serving(world).length).toBeGreaterThan(0)
        if (!hasHands) expect(serving(world).map((each) => each.name)).toEqual(['web'])
      },
    ),
    search(1000),
  )
})

test('whatever the surroundings refuse for a while, and wherever it is killed, the old version serves again (I1, I5)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...orders),
      fc.constantFrom<Behaviour>('unhealthy', 'exits', 'cannot-start', 'port-taken'),
      fc.constantFrom(...ofTheWayBack),
      fc.oneof(fc.nat(9 * 60_000), fc.nat(6 * 60 * 60_000)),
      fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
      async (order, behaviour, refused, refusedMs, kills) => {
        const world = startWorld(order, behaviour)
        world.engine.refuse(refused, refusedMs)
        const isKilled = new Set(kills)

        const rollout = await survive(world, (_moment, count) => {
          if (isKilled.has(count)) throw new Crash()
        })

        expect(rollout.stage).toBe('ended')
        // Ten minutes are all that it waits for what it can do without.
        if (refused !== 'start-old' && refusedMs > 9 * 60_000) {
          const armed = serving(world).filter(({ restart }) => restart === 'unless-stopped' || refused === 'arm-old')
          expect(armed).not.toEqual([])
          return
        }
        expect(rollout.outcome).not.toBe('needs-human')
        expect([...world.engine.instances.values()]).toEqual([
          expect.objectContaining({ id: oldId, name: 'web', status: 'running', restart: 'unless-stopped' }),
        ])
        if (behaviour === 'port-taken') expect(rollout.candidateAtFault).toBe(false)
        expect(await world.store.quarantine(rollout.workload)).toHaveLength(rollout.candidateAtFault ? 1 : 0)
      },
    ),
    search(300),
  )
})

/** Effects without which the old version does not serve again as it did. */
const ofTheWayBack = ['start-old', 'arm-old', 'rename-old-back', 'rename-new-back', 'stop-new'] as const

test('what its owner changes before it is touched is never lost, wherever that is', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Behaviour>('healthy', 'unhealthy', 'port-taken'),
      fc.constantFrom({ restart: 'on-failure:7' }, { settings: 'more memory' }),
      fc.nat(20),
      async (behaviour, change, at) => {
        const world = startWorld('stop-first', behaviour)
        Object.assign(world.engine.instances.get(oldId) ?? {}, { settings: 'as planned' })
        let isChanged = false
        let isTouched = false

        const rollout = await survive(world, (moment, count) => {
          isTouched ||= moment.startsWith('J4')
          if (count !== at || isTouched) return
          isChanged = true
          Object.assign(world.engine.instances.get(oldId) ?? {}, change)
        })

        // The settings that count are those when the new one is made; the policy is of the plan.
        const isOfPlan = 'settings' in change && at < world.moments.indexOf('J2 capture before')
        if (!isChanged || isOfPlan) return
        expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'SETTINGS_CHANGED' } })
        expect([...world.engine.instances.values()]).toEqual([
          expect.objectContaining({ id: oldId, status: 'running', name: 'web', ...change }),
        ])
      },
    ),
    search(200),
  )
})

test('a container is given as long to stop in as its target allows, which is an hour', async () => {
  const world = startWorld('stop-first', 'healthy')
  const limits = vi.spyOn(AbortSignal, 'timeout')
  const applied = vi.spyOn(world.engine.target, 'apply')

  await world.run(world.rollout)

  const signal = applied.mock.calls.find(([, effect]) => effect === 'stop-old')?.[2].signal
  const limit = limits.mock.results.findIndex(({ value }) => value === signal)
  expect(limits.mock.calls[limit]?.[0]).toBeGreaterThan(61 * 60_000)
  vi.restoreAllMocks()
})
