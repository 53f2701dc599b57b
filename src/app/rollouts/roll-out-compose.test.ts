import { describe, expect, test } from 'vitest'
import {
  behaviours,
  cases,
  describeCase,
  expectAtRest,
  fewestOf,
  orders,
  outcomeOf,
  stoppedCases,
} from '../../../test/fakes/compose-promises.ts'
import { Crash } from '../../../test/fakes/crashes.ts'
import { composeWorkload, startComposeWorld } from '../../../test/fakes/compose-world.ts'

describe.each(orders)('%s', (order) => {
  test.each(behaviours)('ends as it should when the new version is %s', async (behaviour) => {
    for (const given of cases()) {
      if (given.order !== order || given.behaviour !== behaviour) continue
      const world = startComposeWorld(given)

      const rollout = await world.survive()

      expect(rollout.outcome, describeCase(given)).toBe(outcomeOf(given))
      expect(world.counts.fewest, describeCase(given)).toBeGreaterThanOrEqual(
        fewestOf(given, rollout.outcome !== 'succeeded'),
      )
      await expectAtRest(world, given, rollout, describeCase(given))
    }
  })

  test.each(behaviours)('survives a crash at every moment when the new version is %s', async (behaviour) => {
    for (const given of cases()) {
      if (given.order !== order || given.behaviour !== behaviour) continue
      const rehearsal = startComposeWorld(given)
      await rehearsal.survive()
      for (const [at, moment] of rehearsal.moments.entries()) {
        const world = startComposeWorld(given)

        const rollout = await world.survive((_moment, count) => {
          if (count === at) throw new Crash()
        })

        const label = `${describeCase(given)} killed at ${at}: ${moment}`
        expect([outcomeOf(given), 'abandoned'], label).toContain(rollout.outcome)
        await expectAtRest(world, given, rollout, label)
      }
    }
  })
})

describe('a service that does not run, or not in whole', () => {
  test.each(behaviours)('ends as it should when the new version is %s', async (behaviour) => {
    for (const given of stoppedCases()) {
      if (given.behaviour !== behaviour) continue
      const world = startComposeWorld(given)

      const rollout = await world.survive()

      const label = describeCase(given)
      expect(rollout.outcome, label).toBe(outcomeOf(given))
      expect(world.counts.fewest, label).toBeGreaterThanOrEqual(fewestOf(given, rollout.outcome !== 'succeeded'))
      if (given.stopped === 'update') expect(world.counts.most, label).toBe(0)
      if (given.stopped === 'update' && behaviour !== 'pull-fails') expect(rollout.reason?.code).toBe('LEFT_STOPPED')
      await expectAtRest(world, given, rollout, label)
    }
  })

  test.each(behaviours)('survives a crash at every moment when the new version is %s', async (behaviour) => {
    for (const given of stoppedCases()) {
      if (given.behaviour !== behaviour) continue
      const rehearsal = startComposeWorld(given)
      await rehearsal.survive()
      for (const [at, moment] of rehearsal.moments.entries()) {
        const world = startComposeWorld(given)

        const rollout = await world.survive((_moment, count) => {
          if (count === at) throw new Crash()
        })

        const label = `${describeCase(given)} killed at ${at}: ${moment}`
        expect([outcomeOf(given), 'abandoned'], label).toContain(rollout.outcome)
        await expectAtRest(world, given, rollout, label)
      }
    }
  })

  const stopped = { order: 'stop-first', scale: 2, ran: 0, edit: 'tag', hasFollower: false } as const

  test.each(['update', 'start'] as const)('is left to who starts it before it is touched (%s)', async (what) => {
    const world = startComposeWorld({ ...stopped, behaviour: 'healthy', stopped: what })

    const rollout = await world.survive((moment) => {
      if (moment === 'J1 pull after') world.service.byHand('start-old')
    })

    expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STARTED_BY_HAND' } })
    expect(world.service.olds().map(({ status }) => status)).toEqual(['running', 'exited'])
    expect(world.service.applied).not.toContain('up')
  })

  test('has to prove itself where a person starts what was to be left stopped', async () => {
    const world = startComposeWorld({ ...stopped, behaviour: 'unhealthy', stopped: 'update' })

    const rollout = await world.survive((moment) => {
      if (moment === 'J4 up after') world.service.byHand('start-new')
    })

    expect(rollout).toMatchObject({ outcome: 'rolled-back', reason: { code: 'GATE_UNHEALTHY' } })
    expect(world.service.olds().map(({ status }) => status)).toEqual(['created', 'created'])
  })
})

test.each(orders)('exchanges a hundred instances one by one, %s', async (order) => {
  const given = { order, scale: 100, behaviour: 'no-check', edit: 'tag', hasFollower: false } as const
  const world = startComposeWorld(given)

  const rollout = await world.survive()

  expect(rollout).toMatchObject({ outcome: 'succeeded' })
  await expectAtRest(world, given, rollout, order)
})

test('a new version that a person stopped while nobody looked stays stopped, and is not blamed', async () => {
  const world = startComposeWorld({
    order: 'stop-first',
    scale: 1,
    behaviour: 'healthy',
    edit: 'tag',
    hasFollower: false,
  })
  let isDown = false

  const rollout = await world.survive((moment) => {
    if (isDown || moment !== 'J4 up after') return
    isDown = true
    world.service.byHand('stop-new')
    throw new Crash()
  })

  expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
  expect(world.service.news().map((each) => each.status)).toEqual(['exited'])
  expect(await world.store.quarantine(composeWorkload)).toEqual([])
})

test('the old image is protected and the old version written down before anything is touched', async () => {
  for (const given of cases()) {
    const world = startComposeWorld(given)

    await world.survive((moment) => {
      if (!/(edit|move-tag|up|add|remove-one) before$/.test(moment)) return
      expect(world.service.isProtected(), moment).toBe(true)
      expect(world.service.applied, moment).toContain('protect')
      expect(world.moments, moment).toContain('J2 capture after')
    })
  }
})
