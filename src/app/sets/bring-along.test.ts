import { describe, expect, test } from 'vitest'
import { Crash } from '../../../test/fakes/crashes.ts'
import { digest, ended, newer } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import type { Way } from '../../rollout/along.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { startGate } from '../../rollout/gate.ts'
import { goBack } from '../../rollout/step.ts'
import { excused } from '../../rollout/unwell.ts'
import type { Workload } from '../../targets/target.ts'
import { bringAlong } from './bring-along.ts'
import { isDrivenByAnother, partsOf } from './parts-of.ts'

const never = new AbortController().signal

const names = ['aside', 'debug', 'sync']
const idOf = (name: string) => `local/container/${name}`

/** How a follower ends when it is brought along; to the old version under its name and `back`. */
type Behaviour = 'follows' | 'is-unwell' | 'fails' | 'conflicts' | 'is-stopped-by-hand' | 'ends-in-it'

/** What lives in `web`: a follower has followed once it lives in the present instance of that. */
function stage(behaviours: Readonly<Record<string, Behaviour>>, onMoment: () => void = () => {}) {
  const followed = startFollowed([])
  const { app, world } = followed
  const containers = new Map(names.map((name) => [name, { livesIn: 'web-1', isUp: true }]))
  const begun: Rollout[] = []
  let web = 'web-1'
  const show = () => {
    world.workloads = names.map((name): Workload => {
      const { livesIn, isUp } = containers.get(name) ?? { livesIn: web, isUp: true }
      const isBehind = livesIn !== web && isUp
      const follows = { how: 'recreate', provider: 'web', sentence: 'it is another', isLeftStopped: false } as const
      const left = isUp ? null : { code: 'STOPPED', sentence: 'it is not running' }
      const shown = workloadAt('registry.example.com', name, digest('a'))
      return { ...shown, isRunning: isUp, leftAlone: left, follows: isBehind ? follows : null }
    })
  }
  const rollout: Rollout = {
    ...ended(null, newer, 60),
    id: 'first',
    workload: 'local/container/vpn',
    name: 'vpn',
    stage: 'passed',
    endedAt: null,
    reason: { code: 'GATE_PASSED', sentence: 'it is healthy' },
    followedBy: names.map(idOf),
    attempted: ['stop-old', 'start-new'],
  }
  const save = async (each: Rollout) => {
    onMoment()
    await app.store.saveRollout(each)
    onMoment()
    return each
  }
  let parking: (part: Rollout) => Rollout | null = () => null
  const drive = async (part: Rollout): Promise<Rollout> => {
    if (part.stage === 'kept') return save({ ...part, stage: 'ended' })
    onMoment()
    const own = containers.get(part.name)
    const key = part.partOf?.way === 'forth' ? part.name : `${part.name} back`
    const behaviour = behaviours[key] ?? 'follows'
    if (own === undefined) throw new Error(`there is no ${part.name}`)
    const isWanted = own.isUp || part.stopped === 'start'
    const isFollowing = behaviour === 'follows' || behaviour === 'is-unwell'
    own.isUp = isFollowing && isWanted
    if (isFollowing || behaviour === 'ends-in-it') own.livesIn = web
    show()
    const parked = parking(part)
    if (parked !== null) return save(parked)
    const over = { ...part, attempted: ['stop-old'], step: 'R', stage: 'ended', endedAt: part.createdAt } as const
    switch (behaviour) {
      case 'follows':
        return save({ ...over, step: 'J8', stage: 'kept', outcome: 'succeeded', reason: null })
      case 'is-unwell':
        return save({ ...over, step: 'J8', stage: 'kept', outcome: 'succeeded', reason: excused })
      case 'is-stopped-by-hand':
        return save({ ...over, step: 'J8', outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND', sentence: 's' } })
      case 'fails':
        return save({ ...over, outcome: 'rolled-back', reason: failed, logTail: 'no route' })
      case 'ends-in-it':
        return save({ ...over, outcome: 'failed', reason: failed })
      case 'conflicts':
        return save({ ...over, outcome: 'failed', reason: { code: 'TARGET_CONFLICT', sentence: 'port 80 is taken' } })
    }
  }
  const saveRollout = app.store.saveRollout.bind(app.store)
  app.store.saveRollout = async (each, also) => {
    if (also?.journal?.step === 'J0') {
      begun.push(each)
      onMoment()
    }
    await saveRollout(each, also)
    if (also?.journal?.step === 'J0') onMoment()
  }
  const bring = (of: Rollout, way: Way, stop = never, park: typeof parking = () => null) => {
    parking = park
    web = way === 'forth' ? 'web-2' : 'web-3'
    show()
    return bringAlong(app, of, way, drive, stop)
  }
  const shown = () => names.map((name) => ({ name, ...containers.get(name) }))
  return { ...followed, rollout, bring, shown, begun }
}

const failed = { code: 'GATE_EXITED', sentence: 'it ended with exit code 3' }
const livingIn = (web: string) => names.map((name) => ({ name, livesIn: web, isUp: true }))

describe('what lives in the set of a rollout', () => {
  test('follows one after the other, by rollouts that are parts of it, with their own history', async () => {
    const { app, bring, shown, rollout } = stage({})

    const after = await bring(rollout, 'forth')

    expect(after).toMatchObject({ stage: 'passed', followed: 'forth', outcome: null })
    expect(after?.reason?.sentence).toBe('it is healthy; aside, debug and sync followed')
    expect(shown()).toEqual(livingIn('web-2'))
    const parts = await partsOf(app.store, rollout)
    expect(parts.map(({ name, partOf }) => [name, partOf])).toEqual(
      names.map((name) => [name, { rollout: 'first', way: 'forth' }]),
    )
    const [entry] = await app.store.history({ workload: idOf('debug'), limit: 9 })
    expect(entry?.reason.sentence).toContain('vpn was rolled out, and it lives in its set')
  })

  test('has each prove itself but those that were not well before, which is told', async () => {
    const { bring, begun, rollout } = stage({ debug: 'is-unwell' })

    const after = await bring({ ...rollout, unwellBefore: [idOf('debug')] }, 'forth')

    expect(begun.map(({ name, unwellBefore }) => [name, unwellBefore])).toEqual([
      ['aside', undefined],
      ['debug', [idOf('debug')]],
      ['sync', undefined],
    ])
    expect(after?.reason?.sentence).toBe(
      'it is healthy; aside, debug and sync followed; debug had nothing to prove, not well before either',
    )
  })

  test('takes it back as one when one of it fails its gate, and blames its candidate', async () => {
    const { bring, shown, rollout } = stage({ debug: 'fails' })

    const turned = await bring(rollout, 'forth')

    expect(turned).toMatchObject({
      stage: 'back',
      outcome: 'rolled-back',
      candidateAtFault: true,
      reason: { code: 'GATE_DEPENDANT', sentence: 'its follower debug: it ended with exit code 3' },
      logTail: 'no route',
    })
    expect(shown().map(({ livesIn, isUp }) => `${livesIn} ${isUp}`)).toEqual([
      'web-2 true',
      'web-1 false',
      'web-1 true',
    ])

    const back = await bring(turned ?? rollout, 'back')

    expect(back).toMatchObject({ stage: 'back', followed: 'back', outcome: 'rolled-back' })
    expect(shown()).toEqual(livingIn('web-3'))
  })

  test('takes it back without blame for what its surroundings refuse', async () => {
    const { bring, rollout } = stage({ debug: 'conflicts' })

    expect(await bring(rollout, 'forth')).toMatchObject({
      stage: 'back',
      outcome: 'failed',
      candidateAtFault: false,
      reason: { code: 'TARGET_CONFLICT', sentence: 'its follower debug: port 80 is taken' },
    })
  })

  test('is taken back all the same where one of it is made again and then ends by itself, and that is told', async () => {
    const { bring, begun, rollout } = stage({ 'debug back': 'ends-in-it' })
    const turned = goBack(rollout, 'failed', { code: 'TARGET_CONFLICT', sentence: 'port 80 is taken' }).rollout

    const back = await bring(turned, 'back')

    expect(back).toMatchObject({ stage: 'back', followed: 'back', outcome: 'failed', candidateAtFault: false })
    expect(back?.reason?.sentence).toBe(
      'port 80 is taken; aside and sync went back with it; debug was made again too, but it ended with exit code 3',
    )
    expect(begun.filter(({ name }) => name === 'debug')).toHaveLength(1)
  })

  test('is for a person to look at where one of it cannot be made again', async () => {
    const { bring, rollout } = stage({ 'debug back': 'conflicts' })
    const turned = goBack(rollout, 'failed', { code: 'TARGET_CONFLICT', sentence: 'port 80 is taken' }).rollout

    expect(await bring(turned, 'back')).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
  })

  test('lets a person stop one of it: their word stands, and the others follow', async () => {
    const { bring, shown, rollout } = stage({ debug: 'is-stopped-by-hand' })

    expect(await bring(rollout, 'forth')).toMatchObject({ stage: 'passed', followed: 'forth' })
    expect(shown()[2]).toEqual({ name: 'sync', livesIn: 'web-2', isUp: true })
  })

  test('leaves one that a person stopped as they left it, on the way back too', async () => {
    const { bring, begun, rollout } = stage({ debug: 'is-stopped-by-hand', sync: 'fails' })
    const turned = await bring(rollout, 'forth')

    await bring(turned ?? rollout, 'back')

    const again = begun.filter(({ partOf }) => partOf?.way === 'back').map(({ name, stopped }) => [name, stopped])
    expect(again).not.toContainEqual(['debug', 'start'])
    expect(again).toContainEqual(['sync', 'start'])
  })

  test('tells of one that waits for another that is gone by now, and the others follow', async () => {
    const { app, bring, shown, rollout } = stage({})
    const [target] = app.targets
    const list = target?.listWorkloads
    const gone = { code: 'PROVIDER_GONE', sentence: 'data, whose volumes it uses, is gone', isHeld: true }
    if (target && list) {
      target.listWorkloads = async (signal) =>
        (await list(signal)).map((each) => (each.name === 'debug' ? { ...each, leftAlone: gone } : each))
    }

    const after = await bring(rollout, 'forth')

    expect(after).toMatchObject({ stage: 'passed', followed: 'forth', outcome: null })
    expect(after?.reason?.sentence).toBe(
      'it is healthy; aside and sync followed; debug does not yet: data, whose volumes it uses, is gone',
    )
    expect(shown().map(({ livesIn }) => livesIn)).toEqual(['web-2', 'web-1', 'web-2'])
  })

  test('takes it back where one of it can no longer be made again, before that is touched', async () => {
    const { app, bring, begun, rollout } = stage({})
    const reason = { code: 'COMPOSE_DRIFT', sentence: 'its files were edited' }
    const [target] = app.targets
    if (target) Object.assign(target, { prepare: async () => ({ kind: 'held', reason }) })

    expect(await bring(rollout, 'forth')).toMatchObject({ stage: 'back', outcome: 'failed', candidateAtFault: false })
    expect(begun).toEqual([])
    const turned = goBack(rollout, 'failed', reason).rollout
    expect(await bring(turned, 'back')).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
  })

  test('all runs in what is there before it is parked where we are asked to stop, and proves itself later', async () => {
    const { bring, shown, begun, rollout, world } = stage({})
    const stop = new AbortController()
    // Of each what is left is the wait for its gate.
    const proved: string[] = []
    const atItsGate = (part: Rollout): Rollout | null => {
      if (proved.includes(part.name)) return null
      stop.abort()
      proved.push(part.name)
      return { ...part, stage: 'forward', gateProgress: startGate(world.clock.now(), null) }
    }

    expect(await bring(rollout, 'forth', stop.signal, atItsGate)).toBeNull()
    expect(shown()).toEqual(livingIn('web-2'))
    expect(begun.map(({ name }) => name)).toEqual(names)

    expect(await bring(rollout, 'forth')).toMatchObject({ followed: 'forth' })
    expect(begun).toHaveLength(names.length)
  })

  test('is parked where one of it does not come to rest, without a second rollout of that', async () => {
    const { bring, begun, rollout } = stage({})

    expect(await bring(rollout, 'forth', never, (part) => part)).toBeNull()
    expect(await bring(rollout, 'forth', never, (part) => part)).toBeNull()
    expect(begun).toHaveLength(1)
  })

  test('goes back where the kind of one that is under way was taken out of the configuration', async () => {
    const { app, bring, rollout } = stage({})
    expect(await bring(rollout, 'forth', never, (part) => part)).toBeNull()
    const [target] = app.targets
    if (target) Object.assign(target, { kind: 'compose' })

    const turned = await bring(rollout, 'forth')

    expect(turned).toMatchObject({ stage: 'back', outcome: 'failed', candidateAtFault: false })
    expect(turned?.reason?.sentence).toContain('its follower aside: no target of the configuration has it')
    expect((await app.store.openRollouts()).filter(({ partOf }) => partOf !== undefined)).toEqual([])
  })

  test('is driven by the rollout that brings it along, while that is under way', () => {
    const first = stage({}).rollout
    const part: Rollout = { ...first, id: 'part', partOf: { rollout: 'first', way: 'forth' } }

    const isOurs = () => true
    expect(isDrivenByAnother(part, [first, part], isOurs)).toBe(true)
    expect(isDrivenByAnother(first, [first, part], isOurs)).toBe(false)
    expect(isDrivenByAnother(part, [{ ...first, stage: 'kept' }, part], isOurs)).toBe(false)
    expect(isDrivenByAnother(part, [part], isOurs)).toBe(false)
    // Nobody drives the first, since its kind was taken out of the configuration.
    expect(isDrivenByAnother(part, [first, part], () => false)).toBe(false)
  })
})

test.each<[string, Readonly<Record<string, Behaviour>>]>([
  ['all follow', {}],
  ['the first of them fails', { aside: 'fails' }],
  ['one in the middle fails', { debug: 'fails' }],
  ['the last of them fails', { sync: 'fails' }],
])('killed at any moment, all live in what serves in the end where %s', async (_, behaviours) => {
  for (let at = 0; ; at++) {
    let count = 0
    const world = stage(behaviours, () => {
      if (count++ === at) throw new Crash()
    })
    const survive = async (of: Rollout, way: Way): Promise<Rollout> => {
      for (let lives = 0; lives < 3; lives++) {
        try {
          return (await world.bring(of, way)) ?? of
        } catch (error) {
          if (!(error instanceof Crash)) throw error
        }
      }
      throw new Error('it never came to rest')
    }

    const forth = await survive(world.rollout, 'forth')
    const last = forth.stage === 'back' ? await survive(forth, 'back') : forth

    const isWell = Object.keys(behaviours).length === 0
    const label = `killed at moment ${at}`
    expect(last.followed, label).toBe(isWell ? 'forth' : 'back')
    expect(world.shown(), label).toEqual(livingIn(isWell ? 'web-2' : 'web-3'))
    const ids = world.begun.map(({ workload, partOf }) => `${workload} ${partOf?.way}`)
    // Only one whose writing down was lost is written down again.
    expect(ids.length - new Set(ids).size, label).toBeLessThanOrEqual(1)
    if (count <= at) return
  }
})
