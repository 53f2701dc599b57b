import { describe, expect, test } from 'vitest'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { useServing } from '../../../test/fakes/serving.ts'
import { AppError } from '../../errors.ts'
import { createControl } from '../words/create-control.ts'
import { runPass } from '../passes/run-pass.ts'

const { old, new: fresh, third, bad } = versions
const by = { actor: 'ada', reason: null }
const shop = (name: string, after?: string) => ({
  name,
  labels: { 'longshore.group': 'shop', ...(after !== undefined && { 'longshore.after': after }) },
})

const { serve } = useServing()

type Fleet = ReturnType<typeof startFleet>

const atomic = ({ app }: Fleet, maxParallel: number | null = null) =>
  Object.assign(app, { groups: new Map([['shop', { atomic: true, maxParallel }]]) })

describe('a group, by the service', () => {
  test('goes in its order, each after the gate of the one before', async () => {
    const fleet = startFleet([shop('a-web', 'm-api'), shop('m-api', 'z-db'), shop('z-db')])
    for (const each of ['a-web', 'm-api', 'z-db']) fleet.push(each, fresh)

    await serve(fleet)
    expect(await fleet.begun()).toEqual(['z-db b'])
    await fleet.clock.pass(200_000)

    expect(await fleet.begun()).toEqual(['z-db b', 'm-api b', 'a-web b'])
    expect(fleet.runs()).toEqual({ 'a-web': fresh, 'm-api': fresh, 'z-db': fresh })
    expect(await fleet.store.wave('shop')).toEqual([])
  })

  test('stops at the first that fails, and goes on once that is pushed anew', async () => {
    const fleet = startFleet([shop('a-web', 'm-api'), shop('m-api', 'z-db'), shop('z-db')])
    for (const each of ['a-web', 'z-db']) fleet.push(each, fresh)
    fleet.push('m-api', bad)
    fleet.bad.add(bad)

    await serve(fleet)
    await fleet.clock.pass(200_000)

    expect(fleet.runs()).toEqual({ 'a-web': old, 'm-api': old, 'z-db': fresh })
    expect([await fleet.codeOf('a-web'), await fleet.codeOf('m-api')]).toEqual(['GROUP_STOPPED', 'QUARANTINED'])
    fleet.push('m-api', third)
    await fleet.clock.pass(600_000)

    expect(fleet.runs()).toEqual({ 'a-web': fresh, 'm-api': third, 'z-db': fresh })
  })

  test('goes on when the one that failed vanishes from the target', async () => {
    const fleet = startFleet([shop('api'), shop('db')])
    fleet.push('api', bad)
    fleet.bad.add(bad)
    await serve(fleet)
    await fleet.clock.pass(100_000)
    fleet.push('db', fresh)
    await fleet.clock.pass(400_000)
    expect(await fleet.codeOf('db')).toBe('GROUP_STOPPED')

    fleet.gone.add(fleet.idOf('api'))
    fleet.ring()
    await fleet.clock.pass(100_000)

    expect(fleet.runs()['db']).toBe(fresh)
  })

  test('that is atomic goes back, the last first, to what it ran before', async () => {
    const fleet = startFleet([shop('a-web', 'm-api'), shop('m-api', 'z-db'), shop('z-db')])
    atomic(fleet)
    for (const each of ['m-api', 'z-db']) fleet.push(each, fresh)
    fleet.push('a-web', bad)
    fleet.bad.add(bad)

    await serve(fleet)
    await fleet.clock.pass(400_000)

    expect(fleet.runs()).toEqual({ 'a-web': old, 'm-api': old, 'z-db': old })
    expect(await fleet.begun()).toEqual(['z-db b', 'm-api b', 'a-web d', 'm-api a', 'z-db a'])
  })

  test('that is atomic goes back to what it ran before the wave, also where one was pushed twice meanwhile', async () => {
    const fleet = startFleet([shop('db'), shop('web', 'db')])
    atomic(fleet)
    fleet.push('db', fresh)
    fleet.push('web', bad)
    fleet.bad.add(bad)
    let release = (): void => {}
    const slow = new Promise<void>((resolve) => (release = resolve))
    fleet.hold.apply = (workload, effect) =>
      workload === fleet.idOf('web') && effect === 'create' ? slow : Promise.resolve()
    fleet.limit(() => 2)
    await serve(fleet)
    await fleet.clock.pass(100_000)
    expect(await fleet.begun()).toEqual(['db b', 'web d'])
    fleet.push('db', third)
    await fleet.clock.pass(400_000)
    expect(fleet.runs()['db']).toBe(third)

    release()
    await fleet.clock.pass(200_000)

    expect(fleet.runs()).toEqual({ db: old, web: old })
  })

  test('that is atomic leaves what was made in its wave, and says so where somebody asks about it', async () => {
    const fleet = startFleet([shop('db'), shop('web', 'db')])
    atomic(fleet)
    fleet.push('db', fresh)
    fleet.push('web', bad)
    fleet.bad.add(bad)
    const asMade = { procedure: 'create', fromDigest: null } as const
    const { wave } = fleet.store
    const isDb = ({ workload }: { readonly workload: string }) => workload === fleet.idOf('db')
    fleet.store.wave = async (group) => (await wave(group)).map((each) => (isDb(each) ? { ...each, ...asMade } : each))

    await serve(fleet)
    await fleet.clock.pass(400_000)

    expect(fleet.runs()).toEqual({ db: fresh, web: old })
    const { state, reason, sentences } = await createControl(fleet.app).why('db')
    expect(state).toBe('current')
    expect(reason.sentence).toContain('it was made because it was missing')
    expect(sentences.join(' ')).toContain('Besides, it stays, though local/container/web of the group shop')
  })

  test('that is atomic goes back also where the registry of the one that fails did not answer at first', async () => {
    const fleet = startFleet([shop('db'), shop('web', 'db')])
    atomic(fleet)
    fleet.push('db', fresh)
    fleet.push('web', bad)
    fleet.bad.add(bad)
    fleet.world.refusals.set('web:1', new AppError('REGISTRY_UNAVAILABLE', 'it answered 503'))
    await serve(fleet)
    await fleet.clock.pass(100_000)
    expect(fleet.runs()).toEqual({ db: fresh, web: old })

    fleet.world.refusals.clear()
    await fleet.clock.pass(900_000)

    expect(await fleet.begun()).toEqual(['db b', 'web d', 'db a'])
    expect(fleet.runs()).toEqual({ db: old, web: old })
  })

  test.each(['in the middle of the wave', 'in the middle of the way back'])(
    'that is atomic is all old again when Longshore dies %s',
    async (when) => {
      const fleet = startFleet([shop('a-web', 'm-api'), shop('m-api', 'z-db'), shop('z-db')])
      atomic(fleet)
      for (const each of ['m-api', 'z-db']) fleet.push(each, fresh)
      fleet.push('a-web', bad)
      fleet.bad.add(bad)
      const endFirst = fleet.serve()
      const begins = when === 'in the middle of the wave' ? 2 : 4
      for (let turns = 0; (await fleet.begun()).length < begins && turns < 500; turns += 1) {
        await fleet.clock.pass(1000)
      }
      const dead = endFirst()
      await fleet.clock.pass(0)
      await dead

      await serve(fleet)
      await fleet.clock.pass(600_000)

      expect(fleet.runs()).toEqual({ 'a-web': old, 'm-api': old, 'z-db': old })
    },
  )

  test('waits for one whose hook asked to wait, and is still one wave with it', async () => {
    const { fleet, hook } = postponing()

    await serve(fleet)
    await fleet.clock.pass(200_000)

    expect(await fleet.codeOf('db')).toBe('POSTPONED')
    expect(fleet.runs()).toEqual({ db: old, web: old })
    hook.exitCode = 0
    await fleet.clock.pass(600_000)
    expect(fleet.runs()).toEqual({ db: fresh, web: fresh })
    expect(await fleet.begun()).toEqual(['db b', 'db b', 'web b'])
  })

  test('waits for it in a pass too, which ends without it', async () => {
    const { fleet } = postponing()

    const passed = runPass(fleet.app, fleet.newQueue(), fleet.stop.signal)
    await fleet.clock.pass(100_000)

    expect((await passed).rollouts.map(({ name, outcome }) => [name, outcome])).toEqual([['db', 'abandoned']])
    expect(fleet.runs()).toEqual({ db: old, web: old })
  })

  test.each<[string, (fleet: Fleet) => Promise<unknown> | void]>([
    ['paused', ({ app }) => createControl(app).pause('db', null, by)],
    ['pinned', ({ app }) => createControl(app).pin('db', '1.0', by)],
    ['only told of', ({ app }) => void Object.assign(app, { rules: () => [ruleFor('db', { mode: 'notify' })] })],
  ])('neither stops for one that is %s nor waits for it', async (_, prepare) => {
    const fleet = startFleet([shop('db'), shop('web', 'db')])
    fleet.world.tags.set('db:1.0', old)
    await serve(fleet)
    await prepare(fleet)
    for (const each of ['db', 'web']) fleet.push(each, fresh)

    await fleet.clock.pass(500_000)

    expect(fleet.runs()).toEqual({ db: old, web: fresh })
  })

  test('that is atomic leaves a paused one where it is until the pause is over', async () => {
    const fleet = startFleet([shop('db'), shop('web', 'db')])
    atomic(fleet)
    fleet.push('db', fresh)
    fleet.push('web', bad)
    fleet.bad.add(bad)
    await serve(fleet)
    await fleet.clock.pass(10_000)

    await createControl(fleet.app).pause('db', 300_000, by)
    await fleet.clock.pass(120_000)
    expect([fleet.runs()['db'], await fleet.codeOf('db')]).toEqual([fresh, 'ROLLOUTS_PAUSED'])
    await fleet.clock.pass(400_000)

    expect(fleet.runs()).toEqual({ db: old, web: old })
  })
})

const ruleFor = (name: string, settings: object) => ({ match: { name }, watch: null, settings })

/** `db` has a hook that asks to wait, and `web` goes after it. */
function postponing() {
  const fleet = startFleet([shop('db'), shop('web', 'db')])
  const hook = { exitCode: 75, output: '' }
  const dump = {
    name: 'dump',
    place: 'here',
    command: ['dump'],
    user: null,
    instances: 'first',
    timeoutMs: 1000,
    onFailure: 'stop',
    whenDown: 'skip',
  } as const
  Object.assign(fleet.app, {
    rules: () => [ruleFor('db', { hooks: { ...fleet.app.defaults.hooks, beforeRollout: [dump] } })],
    runHere: async () => hook,
  })
  for (const each of ['db', 'web']) fleet.push(each, fresh)
  return { fleet, hook }
}

describe('one place on a target', () => {
  const two = () => {
    const fleet = startFleet([{ name: 'api' }, { name: 'web' }])
    for (const each of ['api', 'web']) fleet.push(each, fresh)
    return fleet
  }

  test('is kept until the gate is over', async () => {
    const fleet = two()

    await serve(fleet)
    await fleet.clock.pass(29_000)
    expect(await fleet.begun()).toHaveLength(1)
    await fleet.clock.pass(60_000)

    expect(fleet.runs()).toEqual({ api: fresh, web: fresh })
  })

  test('is not waited for by what a person asks of a service whose project waits for it', async () => {
    const project = (name: string) => ({ name: `shop/${name}`, repository: name, kind: 'compose' as const })
    const fleet = startFleet([{ name: 'api' }, project('db'), project('web')])
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => (release = resolve))
    fleet.hold.apply = (workload) => (workload === fleet.idOf('api') ? gate : Promise.resolve())
    fleet.push('api', fresh)
    await serve(fleet)
    fleet.push('db', fresh)
    await fleet.clock.pass(400_000)
    expect(await fleet.begun()).toEqual(['api b'])
    fleet.world.tags.set('web:2', third)

    await createControl(fleet.app).pin('local/compose/shop/web', '2', by)
    await fleet.clock.pass(100_000)

    expect(await fleet.begun()).toEqual(['api b', 'web c'])
    release()
    await fleet.clock.pass(400_000)
    expect(fleet.runs()).toEqual({ api: fresh, 'shop/db': fresh, 'shop/web': third })
  })

  test('is not waited for by what a person asks for meanwhile, also of one that waits for it', async () => {
    const fleet = two()
    await serve(fleet)
    const [first] = await fleet.begun()
    const waiting = first === 'api b' ? 'web' : 'api'
    fleet.world.tags.set(`${waiting}:2`, third)

    await createControl(fleet.app).pin(waiting, '2', by)
    await fleet.clock.pass(3000)

    expect(await fleet.begun()).toEqual([first, `${waiting} c`])
    await fleet.clock.pass(100_000)
    expect(fleet.runs()[waiting]).toBe(third)
  })
})

test.each(['service', 'pass'])('several on one image cost one look and one pull, by the %s', async (how) => {
  const fleet = startFleet(['a', 'b', 'c'].map((name) => ({ name, repository: 'shared' })))
  fleet.push('shared', fresh)

  if (how === 'service') await serve(fleet)
  else {
    const passed = runPass(fleet.app, fleet.newQueue(), fleet.stop.signal)
    await fleet.clock.pass(200_000)
    await passed
  }
  await fleet.clock.pass(200_000)

  expect(fleet.runs()).toEqual({ a: fresh, b: fresh, c: fresh })
  expect(fleet.asked.filter((each) => each === 'resolve shared')).toHaveLength(1)
  expect(fleet.pulls).toEqual([fresh])
})

test('a circle over three targets is found by each of them', async () => {
  const fleet = startFleet(
    [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ].map(([name = '', next]) => ({
      name,
      target: `t${name}`,
      labels: { 'longshore.after': `t${next}/container/${next}` },
    })),
  )
  for (const each of ['a', 'b', 'c']) fleet.push(each, fresh)

  await serve(fleet)
  await fleet.clock.pass(10_000)

  expect(await Promise.all(['a', 'b', 'c'].map(fleet.codeOf))).toEqual(['AFTER_CYCLE', 'AFTER_CYCLE', 'AFTER_CYCLE'])
})
