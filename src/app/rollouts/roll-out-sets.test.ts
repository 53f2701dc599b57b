import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash, crashesIn, driveOn, survive } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { startFakeSet, type DependantBehaviour, type FakeSet } from '../../../test/fakes/set-engine.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, type Behaviour } from '../../../test/fakes/target.ts'
import { search } from '../../../test/fakes/search.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import { rollOut, type RollOutDeps } from './roll-out.ts'

const never = new AbortController().signal

interface World {
  readonly engine: FakeSet
  readonly store: Store
  readonly rollout: Rollout
  readonly moments: string[]
  run(rollout: Rollout, onMoment?: (moment: string) => void): Promise<Rollout>
}

interface Case {
  readonly behaviour?: Behaviour
  readonly dependant?: DependantBehaviour
  readonly running?: readonly boolean[]
  readonly isChain?: boolean
  readonly restart?: string
  /** Whether no dependant was well before. */
  readonly areUnwell?: boolean
}

function startWorld(given: Case = {}): World {
  const { behaviour = 'healthy', dependant = 'runs', running = [true, true], isChain = false } = given
  const { restart = 'unless-stopped', areUnwell = false } = given
  const clock = startFakeClock()
  const engine = startFakeSet({ name: 'vpn', restart, behaviour, dependant, running, isChain }, () => clock.now())
  const store = createMemoryStore()
  const moments: string[] = []
  clock.advance(1000)
  const unwellBefore = engine.dependants.map(({ name }) => `local/container/${name}`)
  const plan = { dependants: engine.dependants, restart, ...(areUnwell && { unwellBefore }) }
  const rollout = planned('vpn', clock.now(), plan)
  return {
    engine,
    store,
    rollout,
    moments,
    run: (start, onMoment) => {
      const onJournal: RollOutDeps['onJournal'] = ({ step, effect, phase }) => {
        const moment = `${step} ${effect ?? '-'} ${phase}`
        moments.push(moment)
        // The engine's clock goes on between any two effects.
        clock.advance(5)
        onMoment?.(moment)
      }
      const deps = { target: engine.target, store, clock, pullAuth: async () => null, onJournal }
      return driveOn((each) => rollOut(deps, each, never), start, clock)
    },
  }
}

/** Every container, as `name status` in the order of names, with `new` for those that the rollout made. */
function shown({ engine }: World): readonly string[] {
  const own = [...engine.instances.values()].map((each) => ({ ...each, isNew: each.operation !== null }))
  return [...own, ...engine.members.values()]
    .map(({ name, status, isNew, restart }) => `${name} ${status} ${restart}${isNew ? ' new' : ''}`)
    .toSorted()
}

/** Those that run in a network that is not there any more. */
const cutOff = ({ engine }: World): readonly string[] =>
  [...engine.members.values()]
    .filter(({ status }) => status === 'running')
    .filter(({ provider, startedAt }) => {
      const lives = engine.members.get(provider) ?? engine.instances.get(provider)
      return lives?.status !== 'running' || Date.parse(lives.startedAt ?? '') > Date.parse(startedAt ?? '')
    })
    .map(({ id }) => id)

const untouched = (running: readonly boolean[]) => [
  ...running.map((isUp, at) => `dependant-${at} ${isUp ? 'running' : 'created'} unless-stopped`),
  'vpn running unless-stopped',
]

describe('a set', () => {
  test.each([false, true])(
    'is new as a whole, what was stopped too, and the old one is gone (chain: %s)',
    async (isChain) => {
      const world = startWorld({ running: [true, true, false], isChain })

      const rollout = await world.run(world.rollout)

      expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
      expect(shown(world)).toEqual(untouched([true, true, false]).map((each) => `${each} new`))
      expect(cutOff(world)).toEqual([])
    },
  )

  test('has its new instances made before any old one is touched', async () => {
    const world = startWorld()

    await world.run(world.rollout)

    const order = world.moments.filter((each) => each.endsWith('after')).map((each) => each.split(' ')[1])
    expect(order.indexOf('create-dependants')).toBeLessThan(order.indexOf('disarm-dependants'))
    expect(order.indexOf('stop-dependants')).toBeLessThan(order.indexOf('stop-old'))
    expect(order.indexOf('start-new')).toBeLessThan(order.indexOf('start-dependants'))
    expect(order.indexOf('arm-dependants')).toBeLessThan(order.indexOf('arm-new'))
    expect(order.indexOf('remove-old-dependants')).toBeLessThan(order.indexOf('remove-old'))
  })

  test.each<[Case, string]>([
    [{ behaviour: 'exits' }, 'GATE_EXITED'],
    [{ behaviour: 'unhealthy' }, 'GATE_UNHEALTHY'],
    [{ behaviour: 'cannot-start' }, 'TARGET_START_FAILED'],
    [{ dependant: 'exits' }, 'GATE_DEPENDANT'],
    [{ dependant: 'unhealthy' }, 'GATE_DEPENDANT'],
    [{ dependant: 'cannot-start' }, 'TARGET_START_FAILED'],
  ])('goes back as one for %j', async (given, code) => {
    const world = startWorld({ ...given, running: [true, true, false] })

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: true, reason: { code } })
    expect(shown(world)).toEqual(untouched([true, true, false]))
    expect(cutOff(world)).toEqual([])
  })

  test.each<[DependantBehaviour, string]>([
    ['unhealthy', 'running'],
    ['exits', 'exited'],
    ['runs', 'running'],
  ])('is not kept from its new version by dependants that were not well before either (%s)', async (dependant, now) => {
    const world = startWorld({ dependant, areUnwell: true })

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect(rollout.reason?.sentence).toContain(
      'dependant-0 and dependant-1 had nothing to prove, not well before either',
    )
    expect(shown(world)).toEqual([
      `dependant-0 ${now} unless-stopped new`,
      `dependant-1 ${now} unless-stopped new`,
      'vpn running unless-stopped new',
    ])
    // With its policy, so that the engine goes on with what ends.
    const lastStart = rollout.attempted.lastIndexOf('start-dependants')
    expect(lastStart > rollout.attempted.lastIndexOf('arm-dependants')).toBe(dependant === 'exits')
  })

  test('still goes back for its own fault though its dependants were not well', async () => {
    const world = startWorld({ behaviour: 'unhealthy', dependant: 'unhealthy', areUnwell: true })

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ outcome: 'rolled-back', reason: { code: 'GATE_UNHEALTHY' } })
    expect(shown(world)).toEqual(untouched([true, true]))
  })

  test.each<[Case, string]>([
    [{}, 'made again with vpn, by its own image: '],
    [{ behaviour: 'exits' }, 'stopped for the rollout of vpn: '],
  ])('is told in the history of each of its dependants for %j', async (given, sentence) => {
    const world = startWorld(given)

    const { id, outcome } = await world.run(world.rollout)

    for (const { name } of world.engine.dependants) {
      const entries = await world.store.history({ workload: `local/container/${name}`, limit: 9 })
      expect(entries).toMatchObject([{ kind: 'rollout-ended', rollout: id, fromDigest: null, toDigest: null }])
      expect(entries[0]?.reason.code).toBe(outcome?.toUpperCase().replaceAll('-', '_'))
      expect(entries[0]?.reason.sentence).toContain(sentence)
    }
  })

  test('is left alone where it was changed by hand before we touched it', async () => {
    const world = startWorld()

    const rollout = await world.run(world.rollout, (moment) => {
      if (moment === 'J3 create after') world.engine.dependantByHand('stop', 1, 'old')
    })

    expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
    expect(shown(world)).toEqual([
      'dependant-0 running unless-stopped',
      'dependant-1 exited unless-stopped',
      'vpn running unless-stopped',
    ])
  })

  test('gives a dependant that ends once another start, as its own policy would', async () => {
    const world = startWorld({ dependant: 'exits-once' })

    expect(await world.run(world.rollout)).toMatchObject({ outcome: 'succeeded' })
    expect(shown(world)).toEqual(untouched([true, true]).map((each) => `${each} new`))
  })

  test('passes with a dependant that ran to its end and is not to be restarted', async () => {
    const world = startWorld({ dependant: 'completes', restart: 'no' })

    expect(await world.run(world.rollout)).toMatchObject({ outcome: 'succeeded' })
  })
})

test('survives a crash before and after every effect, alone and four in a row, for every way', async () => {
  const cases: readonly Case[] = [
    { running: [true, false] },
    { running: [true, true], isChain: true },
    { behaviour: 'exits', running: [true, true], isChain: true },
    { behaviour: 'unhealthy', running: [true, false] },
    { dependant: 'exits' },
    { dependant: 'unhealthy', running: [true, false] },
    { dependant: 'cannot-start' },
  ]
  for (const given of cases) {
    const rehearsal = startWorld(given)
    await rehearsal.run(rehearsal.rollout)
    for (const [at, crashes] of crashesIn(rehearsal.moments)) {
      const world = startWorld(given)

      const rollout = await survive(world, (_moment, count) => {
        if (count >= at && count < at + crashes) throw new Crash()
      })

      const label = `${JSON.stringify(given)} killed ${crashes} times at ${rehearsal.moments[at]}`
      const running = given.running ?? [true, true]
      const wanted = untouched(running)
      const isNew = rollout.outcome === 'succeeded'
      expect(shown(world), label).toEqual(isNew ? wanted.map((each) => `${each} new`) : wanted)
      expect(cutOff(world), label).toEqual([])
      expect(rollout.stage, label).toBe('ended')
      if (given.behaviour ?? given.dependant) expect(isNew, label).toBe(false)
    }
  }
})

type Disturbance =
  | { readonly kind: 'crash' | 'engine-restart' | 'engine-away' }
  | {
      readonly kind: 'hand'
      readonly action: 'stop' | 'start' | 'remove'
      readonly at: number
      readonly which: 'old' | 'new'
    }

const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Disturbance>({ kind: 'crash' }) },
  { weight: 2, arbitrary: fc.constant<Disturbance>({ kind: 'engine-restart' }) },
  { weight: 1, arbitrary: fc.constant<Disturbance>({ kind: 'engine-away' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hand' as const),
      action: fc.constantFrom('stop' as const, 'start' as const, 'remove' as const),
      at: fc.nat(2),
      which: fc.constantFrom('old' as const, 'new' as const),
    }),
  },
)

test('holds I1, I2 and I8 for the whole set under crashes, engine restarts and hands anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Behaviour>('healthy', 'no-check', 'unhealthy', 'exits', 'cannot-start', 'port-taken'),
      fc.constantFrom<DependantBehaviour>('runs', 'runs', 'unhealthy', 'exits', 'cannot-start', 'exits-once'),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
      fc.boolean(),
      fc.constantFrom('no', 'unless-stopped'),
      fc.uniqueArray(fc.tuple(fc.nat(60), disturbance), { maxLength: 4, selector: ([at]) => at }),
      async (behaviour, dependant, running, isChain, restart, disturbances) => {
        const world = startWorld({ behaviour, dependant, running, isChain, restart })
        const script = new Map(disturbances)
        const seen: string[] = []

        const rollout = await survive(world, (_moment, count) => {
          const what = script.get(count)
          if (what === undefined) return
          seen.push(what.kind)
          if (what.kind === 'hand') world.engine.dependantByHand(what.action, what.at, what.which)
          if (what.kind === 'engine-restart') world.engine.restart()
          if (what.kind === 'engine-away') world.engine.away = true
          if (what.kind === 'crash') throw new Crash()
        })

        expect(['ended', 'kept']).toContain(rollout.stage)
        const hasPassed = rollout.outcome === 'succeeded'
        const old = new Set([oldId, ...world.engine.dependants.map(({ instance }) => instance)])
        if (!hasPassed) expect(world.engine.removed.filter((id) => old.has(id))).toEqual([])
        for (const id of world.engine.removed) expect(old.has(id) || /^(new-)?operation-1/.test(id)).toBe(true)
        const isRough = seen.includes('hand') || (seen.includes('engine-restart') && restart === 'no')
        if (isRough || rollout.outcome === 'needs-human') return
        expect(cutOff(world)).toEqual([])
        const names = [...world.engine.instances.values()].map(({ name, status }) => `${name} ${status}`)
        expect(names).toEqual(['vpn running'])
        for (const [at, plan] of world.engine.dependants.entries()) {
          const [own, ...more] = [...world.engine.members.values()].filter((each) => each.plan === plan)
          expect(more, `dependant ${at}`).toEqual([])
          const { name, isNew } = own ?? {}
          expect({ name, isNew, status: own?.status === 'running' }).toEqual({
            name: plan.name,
            isNew: hasPassed,
            status: plan.wasRunning,
          })
        }
      },
    ),
    search(1000),
  )
})
