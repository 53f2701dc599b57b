import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { startFakeSet, type DependantBehaviour } from '../../../test/fakes/set-engine.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId } from '../../../test/fakes/target.ts'
import type { Way } from '../../rollout/along.ts'
import { AppError, toAppError, type ErrorCode } from '../../errors.ts'
import { takeUp } from '../../rollout/machine.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { goBack } from '../../rollout/step.ts'
import type { Store } from '../../store/store.ts'
import { partAgain } from '../sets/part-again.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal

const follows = { how: 'recreate', provider: 'web', sentence: 'web is another', isLeftStopped: false } as const

/** A workload that two others live in, each in the one before. */
function startWorld(given: Partial<Rollout> = {}, restart = 'no') {
  const clock = startFakeClock()
  const options = { name: 'debug', restart, behaviour: 'no-check', running: [true, true], isChain: true } as const
  const behaving: { dependant: DependantBehaviour } = { dependant: 'runs' }
  const engine = startFakeSet(Object.assign(behaving, options), () => clock.now())
  const store = createMemoryStore()
  const moments: string[] = []
  const along: Way[] = []
  clock.advance(1000)
  const rollout: Rollout = {
    ...planned('debug', clock.now(), { dependants: engine.dependants, restart }),
    ...given,
  }
  const world = {
    engine,
    store,
    clock,
    rollout,
    moments,
    behaving,
    along,
    /** What becomes of what follows it. */
    bringAlong: async (each: Rollout, way: Way): Promise<Rollout | null> => ({ ...each, followed: way }),
    shown: () =>
      [...engine.instances.values(), ...engine.members.values()]
        .map(({ name, status, restart: policy }) => `${name} ${status} ${policy}`)
        .toSorted(),
  }
  const run = (start: Rollout, onMoment?: () => void, stop = never) =>
    rollOut(
      {
        target: engine.target,
        store,
        clock,
        pullAuth: async () => null,
        bringAlong: (each, way) => {
          along.push(way)
          return world.bringAlong(each, way)
        },
        onJournal: ({ step, effect, phase }) => {
          moments.push(`${step} ${effect ?? '-'} ${phase}`)
          clock.advance(5)
          onMoment?.()
        },
      },
      start,
      stop,
    )
  /** To the end, killed once at a moment; what goes on is what the store has. */
  async function survive(start: Rollout, at = Infinity): Promise<Rollout> {
    let count = 0
    try {
      return await run(start, () => {
        if (count++ === at) throw new Crash()
      })
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      return run(takeUp((await store.rollout(start.id)) ?? start))
    }
  }
  return Object.assign(world, { run, survive })
}

/** Has writes of a rollout fail that the test picks, and counts them. */
function spoilWrites(store: Store, isSpoiled: (count: number) => boolean): { readonly count: number } {
  const { saveRollout } = store
  const writes = { count: 0 }
  store.saveRollout = async (...given) => {
    if (isSpoiled(writes.count++)) throw new AppError('STATE_UNAVAILABLE', 'it does not answer')
    return saveRollout(...given)
  }
  return writes
}

/** As the one that brings it along does: what had passed its gate is asked for again from what is durable. */
async function insist({ run, rollout, store }: ReturnType<typeof startWorld>): Promise<Rollout> {
  try {
    return await run(rollout)
  } catch (error) {
    const durable = await store.rollout(rollout.id)
    if (toAppError(error).code !== 'STATE_UNAVAILABLE' || durable?.stage === 'forward') throw error
    return run(durable ?? rollout)
  }
}

const allUp = (restart: string) => ['debug', 'dependant-0', 'dependant-1'].map((name) => `${name} running ${restart}`)

describe('a rollout that others have to follow', () => {
  const followedBy = ['local/container/aside']

  test('is done once they have, and has its restart policy before', async () => {
    const { run, rollout, moments, along } = startWorld({ followedBy }, 'unless-stopped')

    expect(await run(rollout)).toMatchObject({ outcome: 'succeeded', followed: 'forth' })
    expect(along).toEqual(['forth'])
    const after = moments.filter((each) => each.endsWith('after'))
    expect(after.indexOf('J8 bring-along after')).toBe(after.indexOf('J8 arm-new after') + 1)
  })

  test('goes back as one with those that had followed when one of them fails, and its digest is quarantined', async () => {
    const world = startWorld({ followedBy })
    const reason = { code: 'GATE_DEPENDANT', sentence: 'its follower aside: it ended with exit code 3' }
    world.bringAlong = async (each, way) =>
      way === 'forth' ? goBack(each, 'rolled-back', reason, true).rollout : { ...each, followed: way }

    const rollout = await world.run(world.rollout)

    expect(rollout).toMatchObject({ stage: 'ended', outcome: 'rolled-back', reason, followed: 'back' })
    expect(world.along).toEqual(['forth', 'back'])
    expect(world.shown()).toEqual(allUp('no'))
    expect(await world.store.quarantine(rollout.workload)).toMatchObject([{ digest: rollout.digest, reason }])
    const after = world.moments.filter((each) => each.endsWith('after'))
    expect(after.indexOf('R start-old-dependants after')).toBeLessThan(after.indexOf('R bring-along-back after'))
  })

  test('takes them back with it when it fails itself', async () => {
    const world = startWorld({ followedBy })
    world.behaving.dependant = 'unhealthy'

    expect(await world.run(world.rollout)).toMatchObject({ outcome: 'rolled-back', followed: 'back' })
    expect(world.along).toEqual(['back'])
  })

  test('is parked while they are, and goes on with them', async () => {
    const world = startWorld({ followedBy })
    const bring = world.bringAlong
    world.bringAlong = async () => null
    const parked = await world.run(world.rollout)
    expect(parked).toMatchObject({ stage: 'passed', outcome: null })

    world.bringAlong = bring
    expect(await world.run(parked)).toMatchObject({ outcome: 'succeeded', followed: 'forth' })
  })

  test.each<ErrorCode>(['STATE_UNAVAILABLE', 'STATE_UNWRITABLE'])(
    'a state that is away or full (%s) while they follow takes nothing back',
    async (code) => {
      const world = startWorld({ followedBy })
      let misses = 20
      world.bringAlong = async (each, way) => {
        if ((misses -= 1) >= 0) throw new AppError(code, 'it does not answer')
        return { ...each, followed: way }
      }

      expect(await world.run(world.rollout)).toMatchObject({ outcome: 'succeeded', followed: 'forth' })
    },
  )

  test('is asked to stop anywhere: what is cut off from the old version is with the new one before it is parked', async () => {
    const rehearsal = startWorld({ followedBy })
    await rehearsal.run(rehearsal.rollout)
    for (let at = 0; at < rehearsal.moments.length; at++) {
      const world = startWorld({ followedBy })
      const stop = new AbortController()
      let count = 0
      const rested = await world.run(world.rollout, () => count++ === at && stop.abort(), stop.signal)

      const label = `asked at ${rehearsal.moments[at]}`
      const isTouched = world.moments.some((each) => each.startsWith('J4'))
      expect(world.along, label).toEqual(isTouched ? ['forth'] : [])
      expect(world.shown(), label).toEqual(
        expect.arrayContaining(['debug', 'dependant-0', 'dependant-1'].map((name) => `${name} running no`)),
      )
      if (!isTouched) expect(rested.stage, label).toBe('forward')
    }
  })

  test('that is parked again and again loses no try by that', async () => {
    const world = startWorld({ followedBy })
    const bring = world.bringAlong
    world.bringAlong = async () => null
    let rollout = world.rollout
    for (let parks = 0; parks < 30; parks++) rollout = await world.run(rollout)
    expect(rollout).toMatchObject({ stage: 'passed', outcome: null })

    world.bringAlong = bring
    expect(await world.run((await world.store.rollout(rollout.id)) ?? rollout)).toMatchObject({ outcome: 'succeeded' })
  })

  test('only follows another itself: then each goes alone', async () => {
    const world = startWorld({ followedBy, follows })

    expect(await world.run(world.rollout)).toMatchObject({ outcome: 'succeeded' })
    expect(world.along).toEqual([])
  })

  test('survives a crash before and after every effect, both ways', async () => {
    for (const isBad of [false, true]) {
      const begin = () => {
        const world = startWorld({ followedBy })
        const reason = { code: 'GATE_DEPENDANT', sentence: 'its follower aside: it ended' }
        world.bringAlong = async (each, way) =>
          isBad && way === 'forth' ? goBack(each, 'rolled-back', reason, true).rollout : { ...each, followed: way }
        return world
      }
      const rehearsal = begin()
      await rehearsal.run(rehearsal.rollout)
      for (let at = 0; at < rehearsal.moments.length; at++) {
        const world = begin()

        const { outcome, followed } = await world.survive(world.rollout, at)

        const label = `killed at ${rehearsal.moments[at]}`
        expect(world.shown(), label).toEqual(allUp('no'))
        if (outcome !== 'abandoned') expect(followed, label).toBe(isBad ? 'back' : 'forth')
      }
    }
  })
})

describe('a rollout that is brought along by another', () => {
  const forth = { follows, partOf: { rollout: 'first', way: 'forth' } } as const
  const back = { rollout: 'first', way: 'back' } as const

  test.each(['no', 'unless-stopped'])(
    'that fails leaves its old instances down, whose network is gone, and on the way back all of it runs again (%s)',
    async (restart) => {
      const world = startWorld(forth, restart)
      world.behaving.dependant = 'cannot-start'
      const failed = await world.run(world.rollout)
      expect(failed).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: false })
      expect(world.shown()).toEqual(['debug', 'dependant-0', 'dependant-1'].map((name) => `${name} exited ${restart}`))
      expect(world.moments.join()).not.toContain('start-old')

      world.behaving.dependant = 'runs'
      const again = partAgain(
        { newId: () => 'operation-2', clock: world.clock },
        failed,
        { instance: oldId, isRunning: false },
        back,
      )

      expect(await world.run(again)).toMatchObject({ stage: 'ended', outcome: 'succeeded', stopped: 'start' })
      expect(world.shown()).toEqual(allUp(restart))
    },
  )

  test('survives a crash before and after every effect, on both ways', async () => {
    const both = async (forthAt?: number, backAt?: number) => {
      const world = startWorld(forth)
      world.behaving.dependant = 'exits'
      const failed = await world.survive(world.rollout, forthAt)
      const ofForth = world.moments.length
      world.behaving.dependant = 'runs'
      const old = world.engine.instances.get(oldId)
      const shown = { instance: oldId, isRunning: old?.status === 'running' }
      const again = partAgain({ newId: () => 'operation-2', clock: world.clock }, failed, shown, back)
      await world.survive(again, backAt)
      return { world, ofForth, ofBack: world.moments.length - ofForth }
    }
    const { ofForth, ofBack } = await both()
    for (let at = 0; at < Math.max(ofForth, ofBack); at++) {
      expect((await both(at)).world.shown(), `forth, killed at ${at}`).toEqual(allUp('no'))
      const { world } = await both(undefined, at)
      const isBegun = (await world.store.rollout('operation-2'))?.outcome !== 'abandoned'
      if (isBegun) expect(world.shown(), `back, killed at ${at}`).toEqual(allUp('no'))
    }
  })

  test('runs before it is parked where we are asked to stop', async () => {
    const world = startWorld(forth)
    const stop = new AbortController()
    stop.abort()

    const parked = await world.run(world.rollout, () => {}, stop.signal)

    expect(parked).toMatchObject({ stage: 'forward', outcome: null })
    expect(world.engine.instances.get(oldId)?.status).toBe('exited')
    expect(world.shown()).toEqual(expect.arrayContaining(allUp('no')))
    expect(await world.run(parked)).toMatchObject({ outcome: 'succeeded' })
  })

  test.each([forth, { follows, partOf: back }])(
    'is not given up since a write of the state failed ($partOf.way)',
    async (given) => {
      const rehearsal = startWorld(given, 'unless-stopped')
      const many = spoilWrites(rehearsal.store, () => false)
      await rehearsal.run(rehearsal.rollout)
      for (let at = 0; at < many.count; at++) {
        const world = startWorld(given, 'unless-stopped')
        spoilWrites(world.store, (count) => count === at)

        expect(await insist(world), `write ${at}`).toMatchObject({ outcome: 'succeeded' })
        expect(await world.store.rollout(world.rollout.id)).toMatchObject({ outcome: 'succeeded' })
        expect(world.shown(), `write ${at}`).toEqual(allUp('unless-stopped'))
      }
    },
  )

  test('is left where it is for later when the state stays away, and goes on from there', async () => {
    const rehearsal = startWorld(forth)
    const many = spoilWrites(rehearsal.store, () => false)
    await rehearsal.run(rehearsal.rollout)
    // Before the first write there is nothing yet to go on with.
    for (let at = 1; at < many.count; at++) {
      const world = startWorld(forth)
      let isAway = true
      spoilWrites(world.store, (count) => isAway && count >= at)

      const driven = world.run(world.rollout)

      await expect(driven, `from write ${at}`).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
      isAway = false
      const left = await world.store.rollout(world.rollout.id)
      expect([null, 'succeeded'], `from write ${at}`).toContain(left?.outcome)
      expect(await world.run(left ?? world.rollout), `from write ${at}`).toMatchObject({ outcome: 'succeeded' })
      expect(world.shown()).toEqual(allUp('no'))
    }
  })

  test('is not given up since the state did not take what it is to keep of it', async () => {
    const world = startWorld(forth)
    const { saveSnapshot } = world.store
    let misses = 5
    world.store.saveSnapshot = async (...given) => {
      if ((misses -= 1) >= 0) throw new AppError('STATE_UNAVAILABLE', 'it does not answer')
      return saveSnapshot(...given)
    }

    expect(await world.run(world.rollout)).toMatchObject({ outcome: 'succeeded' })
    expect(misses).toBeLessThan(0)
  })

  test('stays as it is on the way back, however badly it serves: there is nothing else', async () => {
    const world = startWorld({ follows, partOf: back }, 'unless-stopped')
    world.behaving.dependant = 'unhealthy'

    expect(await world.run(world.rollout)).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect(world.shown()).toEqual(allUp('unless-stopped'))
  })
})
