import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash, crashesIn, driveOn, survive } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { search } from '../../../test/fakes/search.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { copyId, oldId, startFakeEngine, type Behaviour } from '../../../test/fakes/target.ts'
import type { Order, Rollout } from '../../rollout/rollout.ts'
import { rollOut, type RollOutDeps } from './roll-out.ts'

const never = new AbortController().signal

function startWorld(order: Order, behaviour: Behaviour, restart: string) {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', restart, behaviour, () => clock.now())
  const store = createMemoryStore()
  const moments: string[] = []
  const rollout = planned('web', clock.now(), { order, restart })
  const run = (start: Rollout, onMoment: (moment: string) => void = () => {}) => {
    const onJournal: RollOutDeps['onJournal'] = ({ step, effect, phase }) => {
      const moment = `${step} ${effect ?? '-'} ${phase}`
      moments.push(moment)
      onMoment(moment)
    }
    const deps = { target: engine.target, store, clock, pullAuth: async () => null, onJournal }
    return driveOn((each) => rollOut(deps, each, never), start, clock)
  }
  return { engine, store, moments, rollout, run }
}

describe('an old version that was pruned while its successor had the gate before it', () => {
  const asItWas = { id: copyId, name: 'web', status: 'running', restart: 'unless-stopped', image: 'sha256:old-image' }

  /** A world in which all that does not run is removed once, right after the new version has started. */
  function startPruned(order: Order, behaviour: Behaviour = 'unhealthy', restart = 'unless-stopped') {
    const world = startWorld(order, behaviour, restart)
    let isPruned = false
    const prune = (moment: string): void => {
      if (isPruned || moment !== (order === 'stop-first' ? 'J6 start-new after' : 'J7 stop-old after')) return
      isPruned = true
      world.engine.prune()
      const fresh = [...world.engine.instances.values()].find(({ operation }) => operation !== null)
      // Start-first, what is wrong with the new one shows only once the old one has ended.
      if (order === 'start-first' && fresh !== undefined) Object.assign(fresh, { status: 'exited', exitCode: 1 })
    }
    return { ...world, prune }
  }

  test.each([
    ['stop-first', 'unhealthy', 'unless-stopped'],
    ['start-first', 'healthy', 'no'],
  ] as const)('is made again from what was captured (%s)', async (order, behaviour, restart) => {
    const world = startPruned(order, behaviour, restart)

    const rollout = await world.run(world.rollout, world.prune)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: true })
    expect([...world.engine.instances.values()]).toEqual([expect.objectContaining({ ...asItWas, restart })])
    expect(world.engine.tag).toBe('sha256:old-image')
    expect(await world.store.quarantine(rollout.workload)).toHaveLength(1)
  })

  test('is made once, and whole, wherever it is killed, alone and four times in a row', async () => {
    const rehearsal = startPruned('stop-first')
    await rehearsal.run(rehearsal.rollout, rehearsal.prune)
    for (const [at, crashes] of crashesIn(rehearsal.moments)) {
      const world = startPruned('stop-first')

      const rollout = await survive(world, (moment, count) => {
        world.prune(moment)
        if (count >= at && count < at + crashes) throw new Crash()
      })

      const label = `killed ${crashes} times at ${rehearsal.moments[at]}`
      expect(rollout.stage, label).toBe('ended')
      const wasPruned = at >= rehearsal.moments.indexOf('J6 start-new after') || rollout.outcome === 'rolled-back'
      const expected = expect.objectContaining(wasPruned ? asItWas : { ...asItWas, id: oldId })
      expect([...world.engine.instances.values()], label).toEqual([expected])
    }
  })

  test('is made again as often as it is pruned, and never beside a stranger', async () => {
    const world = startPruned('stop-first')

    const rollout = await world.run(world.rollout, (moment) => {
      world.prune(moment)
      if (moment === 'R copy-old after' && world.moments.filter((each) => each === moment).length < 3)
        world.engine.prune()
    })

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
    expect([...world.engine.instances.values()]).toEqual([expect.objectContaining(asItWas)])
  })

  test('is for a person where its settings are not known, and the new one stays as it is', async () => {
    const world = startPruned('stop-first')
    world.store.snapshot = async () => null

    const rollout = await world.run(world.rollout, world.prune)

    expect(rollout).toMatchObject({
      stage: 'ended',
      outcome: 'needs-human',
      reason: { sentence: expect.stringContaining('make it anew from localhost:5000/web:1') },
    })
    expect([...world.engine.instances.values()]).toEqual([
      expect.objectContaining({ name: 'web', status: 'running', restart: 'unless-stopped', operation: 'operation-1' }),
    ])
  })

  test('is waited for where the surroundings keep it from being made', async () => {
    const world = startPruned('stop-first')
    world.engine.refuse('copy-old', 60 * 60_000)
    let held: unknown

    const rollout = await world.run(world.rollout, (moment) => {
      world.prune(moment)
      // Until then the new one is what comes up after a restart of the machine.
      if (world.moments.filter((each) => each === 'R copy-old before').length === 8)
        held ??= [...world.engine.instances.values()].map(({ operation, status, restart }) => ({
          operation,
          status,
          restart,
        }))
    })

    expect(held).toEqual([{ operation: 'operation-1', status: 'running', restart: 'unless-stopped' }])

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back', wasHeldUp: true })
    expect([...world.engine.instances.values()]).toEqual([expect.objectContaining(asItWas)])
  })
})

test('whatever is pruned beside a version that runs, and wherever it is killed, the old version serves again as it did (I1, I5)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Order>('stop-first', 'start-first'),
      fc.constantFrom<Behaviour>('unhealthy', 'exits', 'cannot-start'),
      fc.constantFrom('no', 'always', 'unless-stopped', 'on-failure:3'),
      fc.uniqueArray(fc.nat(60), { maxLength: 4 }),
      fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
      async (order, behaviour, restart, prunes, kills) => {
        const world = startWorld(order, behaviour, restart)
        const serving = () => [...world.engine.instances.values()].filter(({ status }) => status === 'running')

        const rollout = await survive(world, (_moment, count) => {
          if (prunes.includes(count) && serving().length > 0) world.engine.prune()
          if (kills.includes(count)) throw new Crash()
        })

        expect(rollout.stage).toBe('ended')
        expect(rollout.outcome).not.toBe('needs-human')
        expect([...world.engine.instances.values()]).toEqual([
          expect.objectContaining({
            name: 'web',
            status: 'running',
            restart,
            image: 'sha256:old-image',
            operation: null,
          }),
        ])
        expect(await world.store.quarantine(rollout.workload)).toHaveLength(rollout.candidateAtFault ? 1 : 0)
      },
    ),
    search(500),
  )
})
