import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { driveOn } from '../../../test/fakes/crashes.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine, type Behaviour } from '../../../test/fakes/target.ts'
import { AppError } from '../../errors.ts'
import { restLeftMs } from '../../rollout/rest-left.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { why } from '../answers/why.ts'
import { createControl } from '../words/create-control.ts'
import { runPass, type PassReport } from '../passes/run-pass.ts'
import { rollOut } from './roll-out.ts'

const minute = 60_000
const full = new AppError('TARGET_FAILED', 'no space left on device')

/** A stop-first rollout on an engine that refuses effects until so long after it was first asked for one. */
function startStage(behaviour: Behaviour, refused: string | readonly string[], refusedMs: number) {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', behaviour, () => clock.now())
  const store = createMemoryStore()
  const asked: number[] = []
  const { apply } = engine.target
  engine.target.apply = async (rollout, effect, context) => {
    const isRefused = [refused].flat().includes(effect)
    if (isRefused) asked.push(clock.elapsed())
    if (isRefused && clock.elapsed() - (asked[0] ?? 0) < refusedMs) throw full
    return apply(rollout, effect, context)
  }
  const rollout = planned('web', clock.now(), { restart: 'always' })
  const drive = (each: Rollout, stop = new AbortController().signal) =>
    rollOut({ target: engine.target, store, clock, pullAuth: async () => null }, each, stop)
  /** Drives it on whenever it is due again, as long as it waits. */
  const toRest = (start: Rollout) => driveOn(drive, start, clock)
  return { clock, engine, store, asked, rollout, drive, toRest }
}

describe('an old version that cannot be started for now', () => {
  test.each([
    ['20 seconds', 20_000],
    ['a day', 24 * 60 * minute],
  ])('serves again after %s, and its candidate is not quarantined for that', async (_, refusedMs) => {
    const { engine, store, rollout, toRest, asked } = startStage('port-taken', 'start-old', refusedMs)

    const ended = await toRest(rollout)

    expect(ended).toMatchObject({ stage: 'ended', outcome: 'failed', reason: { sentence: 'port 80 is taken' } })
    expect([...engine.instances.values()]).toEqual([
      expect.objectContaining({ id: oldId, name: 'web', status: 'running', restart: 'always' }),
    ])
    expect(await store.quarantine(rollout.workload)).toEqual([])
    expect(Math.max(...asked.map((at, n) => at - (asked[n - 1] ?? at)))).toBeLessThanOrEqual(5 * minute)
    expect(ended).not.toHaveProperty('backWait')
  })

  test('is tried at once a few times, and then less and less often, in no place of the target', async () => {
    const { clock, rollout, drive, store, asked } = startStage('port-taken', 'start-old', 60 * minute)

    const parked = await drive(rollout)

    expect(parked).toMatchObject({ stage: 'back', endedAt: null, backWait: { effect: 'start-old', tries: 6 } })
    expect(asked).toHaveLength(6)
    expect(restLeftMs(parked, clock.now())).toBe(10_000)
    expect(await store.rollout(rollout.id)).toEqual(parked)
    expect(await drive(parked)).toEqual(parked)
    expect(asked).toHaveLength(6)
  })

  test('is told once, with what to run', async () => {
    const { store, rollout, toRest } = startStage('port-taken', 'start-old', 60 * minute)

    await toRest(rollout)

    const told = await store.history({ limit: 99 })
    expect(told.filter(({ kind }) => kind === 'held').map(({ reason }) => reason.sentence)).toEqual([
      'the way back is held up: start-old has failed 6 times since 2026-11-20 12:00 UTC (no space left on device); it is tried on, or run: docker start web',
    ])
  })

  test('is told once also where more than one thing fails', async () => {
    const { store, rollout, toRest } = startStage('exits', ['rename-old-back', 'start-old'], 20 * minute)

    await toRest(rollout)

    const told = await store.history({ limit: 99 })
    expect(told.filter(({ kind }) => kind === 'held')).toHaveLength(1)
  })

  test('is left to whoever started it by hand', async () => {
    const { clock, engine, rollout, drive, asked } = startStage('port-taken', 'start-old', 60 * minute)
    const parked = await drive(rollout)
    engine.byHand('start', 'old')
    clock.advance(1000)

    expect(await drive(parked)).toMatchObject({ stage: 'ended', outcome: 'failed' })
    expect(asked).toHaveLength(6)
    expect(engine.instances.get(oldId)).toMatchObject({ status: 'running', name: 'web', restart: 'always' })
  })

  test('is left alone by a process that is asked to stop, for the next one', async () => {
    const { engine, rollout, drive, asked } = startStage('port-taken', 'start-old', 60 * minute)
    const stop = new AbortController()
    const parked = await drive(rollout)
    stop.abort()

    expect(await drive(parked, stop.signal)).toEqual(parked)
    expect(asked).toHaveLength(6)
    expect(engine.removed).toEqual([])
  })

  test('needs a person where it starts and ends each time', async () => {
    const { engine, rollout, toRest } = startStage('port-taken', 'nothing', 0)
    const { apply } = engine.target
    engine.target.apply = async (each, effect, context) => {
      await apply(each, effect, context)
      if (effect === 'start-old') engine.byHand('stop', 'old')
    }

    expect(await toRest(rollout)).toMatchObject({ outcome: 'needs-human' })
  })
})

test('a new version that the engine cannot end is left with its restart policy, and with what to run', async () => {
  const { engine, rollout, toRest } = startStage('unhealthy', 'stop-new', Infinity)

  const ended = await toRest(rollout)

  expect(ended).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
  expect(ended.reason?.sentence).toBe(
    'stop-new did not succeed: no space left on device; once that can be done, run: docker rm --force web && ' +
      'docker rename web.longshore-prev web && docker update --restart always web && docker start web; nothing was removed',
  )
  expect([...engine.instances.values()]).toEqual([
    expect.objectContaining({ id: oldId, status: 'exited', restart: 'no' }),
    expect.objectContaining({ name: 'web', status: 'running', restart: 'always' }),
  ])
})

test.each(['rename-new-back', 'rename-old-back', 'arm-old'])(
  'where %s fails for good the old version serves',
  async (refused) => {
    const { engine, rollout, toRest } = startStage('exits', refused, Infinity)

    const ended = await toRest(rollout)

    expect(ended).toMatchObject({ outcome: 'needs-human' })
    expect(ended.reason?.sentence).toMatch(/docker (rename|update)/)
    expect(engine.instances.get(oldId)).toMatchObject({
      status: 'running',
      restart: refused === 'arm-old' ? 'no' : 'always',
    })
  },
)

describe('in the service', () => {
  const start = () => {
    const fleet = startFleet([{ name: 'web' }, { name: 'api' }])
    const world = { isFull: true, end: fleet.serve() }
    fleet.push('web', versions.new)
    const refusals: number[] = []
    fleet.hold.apply = async (workload, effect) => {
      if (!workload.endsWith('web') || !world.isFull) return
      if (effect === 'start-old') refusals.push(fleet.clock.elapsed())
      if (effect === 'start-new' || effect === 'start-old') throw full
    }
    const word = createControl(fleet.app)
    return { ...fleet, world, word, refusals }
  }

  test('it is brought back once that has passed, and another workload is rolled out meanwhile', async () => {
    const { clock, push, runs, world, app, idOf, store } = start()
    await clock.pass(30_000)
    push('api', versions.new)
    await clock.pass(10 * minute)
    expect(runs()).toEqual({ web: null, api: versions.new })
    const told = await why(app, idOf('web'))
    expect(told.reason.sentence).toMatch(
      /and waits: start-old has failed \d+ times since .+ \(no space left on device\); it is tried again in .+; by hand: docker start web$/,
    )
    expect(told.sentences[0]).toMatch(/^It was made from /)

    world.isFull = false
    await clock.pass(6 * minute)

    // Once more, since nothing is wrong with the candidate.
    expect(runs().web).not.toBeNull()
    expect(await store.quarantine(idOf('web'))).toEqual([])
    await world.end()
  })

  test('a word of a person has it tried at once', async () => {
    const { clock, runs, world, word } = start()
    await clock.pass(10 * minute)
    await word.resume('web', { actor: 'ada', reason: null })
    await clock.pass(1000)
    expect(runs().web).toBeNull()

    world.isFull = false
    await word.resume('web', { actor: 'ada', reason: null })
    await clock.pass(3000)
    expect(runs().web).not.toBeNull()

    await world.end()
  })

  test('it is tried less and less often also while the target cannot be looked through', async () => {
    const { clock, app, world, serve, refusals } = start()
    await clock.pass(30_000)
    await world.end()
    for (const target of app.targets) {
      target.findRollouts = async () => {
        throw new AppError('TARGET_FAILED', 'no such layer')
      }
    }
    refusals.length = 0
    const end = serve()
    await clock.pass(20 * minute)

    expect(refusals.length).toBeGreaterThan(1)
    expect(refusals.length).toBeLessThan(12)
    await end()
  })

  test('a pass tries it once, and does not wait for it with what else is due', async () => {
    const { clock, app, world, newQueue, push, runs, refusals } = start()
    await clock.pass(3 * minute)
    await world.end()
    push('api', versions.new)
    refusals.length = 0
    let report: PassReport | null = null

    const passed = runPass(app, newQueue(), new AbortController().signal).then((each) => (report = each))
    await clock.pass(40_000)

    expect(report).toMatchObject({
      rollouts: [{ stage: 'back', backWait: { effect: 'start-old' } }, { outcome: 'succeeded' }],
    })
    expect(runs()).toEqual({ web: null, api: versions.new })
    expect(refusals).toHaveLength(1)
    await passed
  })

  test('a restart of ours has it tried at once', async () => {
    const { clock, runs, world, serve } = start()
    await clock.pass(10 * minute)
    await world.end()
    world.isFull = false
    const end = serve()
    await clock.pass(3000)

    expect(runs().web).not.toBeNull()
    await end()
  })
})
