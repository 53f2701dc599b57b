import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash, disturbance, survive, crashesIn } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { copyId, oldId, startFakeEngine, type Beginning, type Behaviour } from '../../../test/fakes/target.ts'
import { search } from '../../../test/fakes/search.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal

type Kind = { readonly beginning: Beginning; readonly stopped: Rollout['stopped'] }

const stoppedKinds: readonly Kind[] = (['exited', 'created', 'dead'] as const).flatMap((beginning) => [
  { beginning, stopped: 'update' as const },
  { beginning, stopped: 'start' as const },
])
const itself: Kind = { beginning: 'itself', stopped: null }
const absent: Kind = { beginning: 'absent', stopped: null }

function startWorld({ beginning, stopped }: Kind, behaviour: Behaviour, keepOldMs = 0) {
  const clock = startFakeClock()
  const restart = beginning === 'itself' ? 'no' : 'unless-stopped'
  const engine = startFakeEngine('web', restart, behaviour, () => clock.now(), beginning)
  const store = createMemoryStore()
  const moments: string[] = []
  const isAbsent = beginning === 'absent'
  if (isAbsent) engine.tag = null
  const rollout = planned('web', clock.now(), {
    stopped,
    removesItself: beginning === 'itself',
    restart,
    keepOldMs,
    ...(isAbsent && { procedure: 'create' as const, oldInstance: '', fromImage: '', tagBefore: null }),
  })
  const run = (start: Rollout, onMoment: (moment: string) => void = () => {}) =>
    rollOut(
      {
        target: engine.target,
        store,
        clock,
        pullAuth: async () => null,
        onJournal: ({ step, effect, phase }) => {
          const moment = `${step} ${effect ?? '-'} ${phase}`
          moments.push(moment)
          onMoment(moment)
        },
      },
      start,
      never,
    )
  return { engine, store, rollout, moments, run, all: () => [...engine.instances.values()] }
}

type World = ReturnType<typeof startWorld>

const oldAsItWas = ({ beginning }: Kind) =>
  expect.objectContaining({ id: oldId, name: 'web', status: beginning, restart: 'unless-stopped' })

describe.each(stoppedKinds)('one that is $beginning, under `stopped: $stopped`', (kind) => {
  test('is replaced, and left as that asks', async () => {
    const world = startWorld(kind, 'healthy')

    const rollout = await world.run(world.rollout)

    const isStarted = kind.stopped === 'start'
    expect(rollout).toMatchObject({
      stage: 'ended',
      outcome: 'succeeded',
      gapMs: null,
      reason: { code: isStarted ? 'GATE_PASSED' : 'LEFT_STOPPED' },
    })
    expect(world.all()).toEqual([
      expect.objectContaining({
        name: 'web',
        operation: 'operation-1',
        status: isStarted ? 'running' : 'created',
        restart: 'unless-stopped',
      }),
    ])
    expect(world.moments.some((each) => each.includes('stop-old'))).toBe(false)
  })

  test('is kept for as long as one that ran', async () => {
    const world = startWorld(kind, 'healthy', 60_000)

    const rollout = await world.run(world.rollout)

    expect(rollout.stage).toBe('kept')
    expect(
      world
        .all()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['web', 'web.longshore-prev'])
  })

  test.each(['J3 create after', 'J4 disarm-old after'])('is respected when a person starts it at %s', async (when) => {
    const world = startWorld(kind, 'healthy')

    const rollout = await world.run(world.rollout, (moment) => {
      if (moment === when) world.engine.byHand('start', 'old')
    })

    expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STARTED_BY_HAND' } })
    const asItWas = { id: oldId, name: 'web', status: 'running', restart: 'unless-stopped' }
    expect(world.all()).toEqual([expect.objectContaining(asItWas)])
  })
})

test.each(['unhealthy', 'exits', 'cannot-start', 'port-taken'] as const)(
  'what was started and is %s gives way to the old one, which is stopped as it was',
  async (behaviour) => {
    for (const kind of stoppedKinds.filter(({ stopped }) => stopped === 'start')) {
      const world = startWorld(kind, behaviour)

      await world.run(world.rollout)

      expect(world.all(), kind.beginning).toEqual([oldAsItWas(kind)])
      expect(world.moments.some((each) => each.includes('start-old'))).toBe(false)
      expect(world.engine.tag).toBe('sha256:old-image')
    }
  },
)

test('what did not run and was pruned while its successor had the gate before it is back, and does not run', async () => {
  for (const kind of stoppedKinds.filter(({ stopped }) => stopped === 'start')) {
    const world = startWorld(kind, 'unhealthy')

    const rollout = await world.run(world.rollout, (moment) => {
      if (moment === 'J6 start-new after') world.engine.prune()
    })

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
    const asItWas = { id: copyId, name: 'web', status: 'created', restart: 'unless-stopped', image: 'sha256:old-image' }
    expect(world.all(), kind.beginning).toEqual([expect.objectContaining(asItWas)])
  }
})

test('what a person stops during the gate of `stopped: start` stays stopped', async () => {
  const world = startWorld({ beginning: 'exited', stopped: 'start' }, 'no-check')

  const rollout = await world.run(world.rollout, (moment) => {
    if (moment === 'J6 start-new after') world.engine.byHand('stop', 'new')
  })

  expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
  expect(world.all().filter(({ status }) => status === 'running')).toEqual([])
})

describe('one that removes itself', () => {
  test('has a copy to go back to before it is stopped, and none once the new one is good', async () => {
    const world = startWorld(itself, 'healthy', 60_000)

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect(world.all()).toEqual([expect.objectContaining({ name: 'web', status: 'running', operation: 'operation-1' })])
    const at = (part: string) => world.moments.findIndex((each) => each.includes(part))
    expect(at('capture')).toBeLessThan(at('copy-old'))
    expect(at('copy-old')).toBeLessThan(at('stop-old'))
  })

  test.each([
    ['unhealthy', 'GATE_UNHEALTHY', true],
    ['exits', 'GATE_EXITED', true],
    ['cannot-start', 'TARGET_START_FAILED', true],
    ['port-taken', 'TARGET_CONFLICT', false],
  ] as const)('is back as its copy when the new one is %s', async (behaviour, code, isQuarantined) => {
    const world = startWorld(itself, behaviour)

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', reason: { code }, candidateAtFault: isQuarantined })
    expect(world.all()).toEqual([
      expect.objectContaining({ name: 'web', status: 'running', image: 'sha256:old-image', operation: null }),
    ])
  })

  test('that runs to its end has done what it is for', async () => {
    const world = startWorld(itself, 'completes')

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded', reason: { code: 'GATE_COMPLETED' } })
    expect(world.all()).toEqual([])
  })

  test('and is stopped by a person during the gate stays away', async () => {
    const world = startWorld(itself, 'no-check')

    const rollout = await world.run(world.rollout, (moment) => {
      if (moment === 'J6 start-new after') world.engine.byHand('stop', 'new')
    })

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
    expect(world.all()).toEqual([])
  })

  test('is made anew from what was captured when the engine forgot the copy too', async () => {
    const world = startWorld(itself, 'healthy')
    let hasRestarted = false

    const rollout = await world.run(world.rollout, (moment) => {
      if (hasRestarted || moment !== 'J4 stop-old after') return
      hasRestarted = true
      world.engine.restart()
    })

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'superseded' })
    expect(world.all()).toEqual([
      expect.objectContaining({ name: 'web', status: 'running', image: 'sha256:old-image' }),
    ])
  })
})

describe('one that does not exist', () => {
  test('is made, proven and armed', async () => {
    const world = startWorld(absent, 'healthy')

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect(world.all()).toEqual([
      expect.objectContaining({ name: 'web', status: 'running', restart: 'unless-stopped', operation: 'operation-1' }),
    ])
  })

  test.each([
    ['unhealthy', 'rolled-back', true],
    ['exits', 'rolled-back', true],
    ['cannot-start', 'rolled-back', true],
    ['port-taken', 'failed', false],
    ['pull-fails', 'failed', false],
  ] as const)('is removed again when it is %s', async (behaviour, outcome, isQuarantined) => {
    const world = startWorld(absent, behaviour)

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome, candidateAtFault: isQuarantined })
    expect(world.all()).toEqual([])
    expect(world.engine.tag).toBeNull()
  })

  test('is left to who makes one of its name meanwhile', async () => {
    const world = startWorld(absent, 'healthy')
    const { apply } = world.engine.target
    world.engine.target.apply = async (rollout, effect, context) => {
      await apply(rollout, effect, context)
      if (effect !== 'pull') return
      const other = startFakeEngine('web', 'no', 'healthy', Date.now).instances.get(oldId)
      if (other !== undefined) world.engine.instances.set('theirs', { ...other, id: 'theirs' })
    }

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'CREATED_BY_HAND' } })
    expect(world.all().map(({ id }) => id)).toEqual(['theirs'])
  })

  test('and was found by its labels alone is not removed, whatever its gate says', async () => {
    const world = startWorld(absent, 'exits')
    await world.engine.target.apply(world.rollout, 'pull', { signal: never })
    await world.engine.target.apply(world.rollout, 'create', { signal: never })
    await world.engine.target.apply(world.rollout, 'start-new', { signal: never })

    const rollout = await world.run({ ...world.rollout, attempted: ['pull', 'start-new'] })

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
    expect(world.all()).toHaveLength(1)
  })
})

const kinds: readonly Kind[] = [...stoppedKinds, itself, absent]
const behaviours: readonly Behaviour[] = ['healthy', 'no-check', 'unhealthy', 'exits', 'cannot-start', 'port-taken']

/** What has to be there at the end, whatever crashed: the new version as was asked for, or what was there before. */
function expectWhole(world: World, kind: Kind, rollout: Rollout, label: string): void {
  expect(rollout.stage, label).toBe('ended')
  const names = world.all().map(({ name }) => name)
  if (rollout.outcome === 'succeeded') {
    expect(names, label).toEqual(['web'])
    const status = kind.stopped === 'update' ? 'created' : 'running'
    expect(world.all()[0], label).toMatchObject({ image: 'sha256:new-image', status })
    return
  }
  if (kind.beginning === 'absent') return expect(names, label).toEqual([])
  expect(names, label).toEqual(['web'])
  const status = kind.beginning === 'itself' ? 'running' : kind.beginning
  expect(world.all()[0], label).toMatchObject({ image: 'sha256:old-image', status })
}

test('each kind survives a crash before and after every effect, alone and four in a row, for every behaviour', async () => {
  for (const kind of kinds) {
    for (const behaviour of behaviours) {
      const rehearsal = startWorld(kind, behaviour)
      await rehearsal.run(rehearsal.rollout)
      for (const [at, crashes] of crashesIn(rehearsal.moments)) {
        const world = startWorld(kind, behaviour)

        const rollout = await survive(world, (_moment, count) => {
          if (count >= at && count < at + crashes) throw new Crash()
        })

        const label = `${kind.beginning} ${kind.stopped} ${behaviour} killed ${crashes} times at ${rehearsal.moments[at]}`
        expectWhole(world, kind, rollout, label)
        if (behaviour === 'healthy' || behaviour === 'no-check') continue
        const isUntested = kind.stopped === 'update'
        if (!isUntested) expect(rollout.outcome, label).not.toBe('succeeded')
      }
    }
  }
})

test('holds I1, I2 and I8 for each kind under crashes, engine restarts and hands anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.constantFrom<Behaviour>(...behaviours, 'completes'),
      fc.uniqueArray(fc.tuple(fc.nat(40), disturbance), { maxLength: 4, selector: ([at]) => at }),
      async (kind, behaviour, disturbances) => {
        const world = startWorld(kind, behaviour)
        const script = new Map(disturbances)
        let isAllPruned = false

        const rollout = await survive(world, (_moment, count) => {
          const what = script.get(count)
          if (what === undefined) return
          if (what.kind === 'hand') world.engine.byHand(what.action, what.which)
          if (what.kind === 'engine-restart') world.engine.restart()
          if (what.kind === 'engine-away') world.engine.away = true
          if (what.kind === 'prune') {
            isAllPruned ||= world.all().every(({ status }) => status !== 'running')
            world.engine.prune()
          }
          if (what.kind === 'crash') throw new Crash()
        })

        expect(['ended', 'kept']).toContain(rollout.stage)
        const hasPassed = rollout.outcome === 'succeeded'
        if (!hasPassed) expect(world.engine.removed).not.toContain(oldId)
        const ours = (id: string) => id.startsWith('new-operation-1') || id === copyId
        for (const id of world.engine.removed) expect(id === oldId || ours(id)).toBe(true)
        const isQuiet = disturbances.every(([, what]) => what.kind === 'crash' || what.kind === 'engine-away')
        if (isQuiet && behaviour !== 'completes') expectWhole(world, kind, rollout, 'without hands')
        // Whatever the engine did to one that removes itself, something serves, or a person is told.
        const hasHands = disturbances.some(([, what]) => what.kind === 'hand')
        // Once its end is written down, what a restart of the engine removes is no matter of the rollout.
        const isAfterwards = script.get(world.moments.length - 1)?.kind === 'engine-restart'
        const isSubject = kind.beginning === 'itself' && behaviour === 'exits' && !hasHands && !isAfterwards
        // Where neither version ran, all of it went, as where a person removes it.
        if (isSubject && !isAllPruned && rollout.outcome === 'rolled-back') {
          expect(world.all().some(({ status }) => status === 'running')).toBe(true)
        }
      },
    ),
    search(1500),
  )
})
