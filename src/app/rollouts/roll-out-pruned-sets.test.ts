import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash, crashesIn, driveOn, survive } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { search } from '../../../test/fakes/search.ts'
import { startFakeSet, type FakeSet } from '../../../test/fakes/set-engine.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, type Behaviour } from '../../../test/fakes/target.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { rollOut, type RollOutDeps } from './roll-out.ts'

const never = new AbortController().signal

interface Given {
  readonly behaviour?: Behaviour
  readonly running?: readonly boolean[]
  readonly isChain?: boolean
}

/** A set whose new version fails its gate. */
function startWorld({ behaviour = 'unhealthy', running = [true, true], isChain = false }: Given = {}) {
  const clock = startFakeClock()
  const set = { name: 'vpn', restart: 'always', behaviour, dependant: 'runs', running, isChain } as const
  const engine = startFakeSet(set, () => clock.now())
  const store = createMemoryStore()
  const moments: string[] = []
  clock.advance(1000)
  const rollout = planned('vpn', clock.now(), { restart: 'always', dependants: engine.dependants })
  const run = (start: Rollout, onMoment: (moment: string) => void = () => {}) => {
    const onJournal: RollOutDeps['onJournal'] = ({ step, effect, phase }) => {
      const moment = `${step} ${effect ?? '-'} ${phase}`
      moments.push(moment)
      clock.advance(5)
      onMoment(moment)
    }
    const deps = { target: engine.target, store, clock, pullAuth: async () => null, onJournal }
    return driveOn((each) => rollOut(deps, each, never), start, clock)
  }
  return { engine, store, rollout, moments, run }
}

/** Does it once, when all of the new set has started. */
function once(does: () => void): (moment: string) => void {
  let isDone = false
  return (moment) => {
    if (isDone || moment !== 'J6 start-dependants after') return
    isDone = true
    does()
  }
}

const look = ({ instances, members }: FakeSet): readonly string[] =>
  [...instances.values(), ...members.values()].map(
    ({ name, status, restart, image }) => `${name} ${status} ${restart} ${image}`,
  )

const asBefore = [
  'vpn running always sha256:old-image',
  'dependant-0 running always sha256:app',
  'dependant-1 running always sha256:app',
]

/** Each lives in what the set of the old version has, by whichever id. */
function livesInOld({ instances, members, dependants }: FakeSet): boolean {
  const names = dependants.map(({ name }) => name)
  return [...members.values()]
    .filter(({ name }) => names.includes(name))
    .every(({ provider }) => (instances.get(provider) ?? members.get(provider))?.restart === 'always')
}

describe('a set of which all that does not run is removed while its successor is at its gate', () => {
  test.each([false, true])('goes back as one, made again from what was captured (a chain: %s)', async (isChain) => {
    const world = startWorld({ isChain })

    const rollout = await world.run(world.rollout, once(world.engine.prune))

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: true })
    expect(look(world.engine)).toEqual(asBefore)
    expect(livesInOld(world.engine)).toBe(true)
  })

  test('does so wherever it is killed, alone and four times in a row', async () => {
    const rehearsal = startWorld()
    await rehearsal.run(rehearsal.rollout, once(rehearsal.engine.prune))
    const from = rehearsal.moments.indexOf('J6 start-dependants after')
    for (const [at, crashes] of crashesIn(rehearsal.moments).filter(([moment]) => moment >= from)) {
      const world = startWorld()
      const disturb = once(world.engine.prune)

      const rollout = await survive(world, (moment, count) => {
        disturb(moment)
        if (count >= at && count < at + crashes) throw new Crash()
      })

      const label = `killed ${crashes} times at ${rehearsal.moments[at]}`
      expect(rollout, label).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
      expect(look(world.engine), label).toEqual(asBefore)
      expect(livesInOld(world.engine), label).toBe(true)
    }
  })

  test('is for a person where its settings are not known, with all of the new one up and armed', async () => {
    const world = startWorld({ running: [true] })
    world.store.snapshot = async () => null

    const rollout = await world.run(world.rollout, once(world.engine.prune))

    const sentence = expect.stringContaining('make it anew from localhost:5000/vpn:1, and dependant-0 with it, after:')
    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'needs-human', reason: { sentence } })
    expect(look(world.engine)).toEqual(['vpn running always sha256:new-image', 'dependant-0 running always sha256:app'])
  })

  test('has its old version back also where its dependants cannot be made, and a person is told of those', async () => {
    const world = startWorld({ running: [true] })
    world.engine.refuse('copy-old-dependants', 24 * 60 * 60_000)

    const rollout = await world.run(world.rollout, once(world.engine.prune))

    const sentence = expect.stringMatching(
      /^the old version serves, but dependant-0 could not be made again .*no space/,
    )
    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'needs-human', reason: { sentence } })
    expect(look(world.engine)).toContain('vpn running always sha256:old-image')
  })

  test('is waited for where that passes', async () => {
    const world = startWorld()
    world.engine.refuse('copy-old-dependants', 60_000)

    const rollout = await world.run(world.rollout, once(world.engine.prune))

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
    expect(look(world.engine)).toEqual(asBefore)
  })
})

test('one that was stopped is gone with all that does not run, as it would be without us, and the others go back', async () => {
  const world = startWorld({ running: [true, true, false] })

  const rollout = await world.run(world.rollout, once(world.engine.prune))

  expect(rollout).toMatchObject({ stage: 'ended', outcome: 'superseded', candidateAtFault: false })
  expect(look(world.engine)).toEqual(asBefore)
})

test('where only the old version was removed, its dependants step aside for others that refer to its copy', async () => {
  const world = startWorld()

  const rollout = await world.run(
    world.rollout,
    once(() => world.engine.instances.delete(oldId)),
  )

  expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
  expect(look(world.engine).filter((each) => !each.includes('.aside '))).toEqual(asBefore)
  expect(livesInOld(world.engine)).toBe(true)
})

test('where only a dependant was removed, that alone is made again', async () => {
  const world = startWorld()

  const rollout = await world.run(
    world.rollout,
    once(() => world.engine.members.delete('old-dependant-0')),
  )

  expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back' })
  expect(look(world.engine).toSorted()).toEqual(asBefore.toSorted())
  expect(world.engine.instances.has(oldId)).toBe(true)
  expect(livesInOld(world.engine)).toBe(true)
})

test('whatever is pruned beside a set that runs, and wherever it is killed, the old one serves again (I1)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Behaviour>('unhealthy', 'exits', 'cannot-start'),
      fc.boolean(),
      fc.uniqueArray(fc.nat(80), { maxLength: 4 }),
      fc.uniqueArray(fc.nat(80), { maxLength: 3 }),
      async (behaviour, isChain, prunes, kills) => {
        const world = startWorld({ behaviour, isChain })
        const { instances, members } = world.engine
        const areUp = () => {
          const up = [...instances.values(), ...members.values()].filter(({ status }) => status === 'running')
          return up.length === 3 && new Set(up.map(({ image }) => image)).size > 1
        }

        const rollout = await survive(world, (_moment, count) => {
          if (prunes.includes(count) && areUp()) world.engine.prune()
          if (kills.includes(count)) throw new Crash()
        })

        expect(rollout.stage).toBe('ended')
        expect(rollout.outcome).not.toBe('needs-human')
        expect(look(world.engine)).toEqual(asBefore)
        expect(livesInOld(world.engine)).toBe(true)
      },
    ),
    search(300),
  )
})
