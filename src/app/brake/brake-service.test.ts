import { describe, expect, test } from 'vitest'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { useServing } from '../../../test/fakes/serving.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { AppError } from '../../errors.ts'
import { planPass } from '../passes/plan-pass.ts'
import { createControl } from '../words/create-control.ts'
import { targetDefaults } from '../groups/group-settings.ts'

const { old, new: fresh, third, bad } = versions
const by = { actor: 'ada', reason: null }
const names = ['a', 'b', 'c', 'd', 'e']

const { serve, end } = useServing()

type Fleet = ReturnType<typeof startFleet>

const codes = (fleet: Fleet, of: readonly string[]) => Promise.all(of.map(fleet.codeOf))

describe('the brake, by the service', () => {
  test('holds the others once one version has failed twice, and those that wait for their place', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    for (const each of names) fleet.push(each, bad)
    fleet.bad.add(bad)

    await serve(fleet)
    await fleet.clock.pass(60_000)

    expect(await fleet.begun()).toHaveLength(2)
    expect((await codes(fleet, names)).toSorted()).toEqual(['BRAKED', 'BRAKED', 'BRAKED', 'QUARANTINED', 'QUARANTINED'])
    expect((await fleet.store.history({ limit: 99 })).filter(({ kind }) => kind === 'brake')).toHaveLength(1)
  })

  test('is told once also where two versions fail at the same moment', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    fleet.limit(() => 2)
    for (const each of ['a', 'b']) fleet.push(each, bad)
    fleet.bad.add(bad)

    await serve(fleet)
    await fleet.clock.pass(60_000)

    expect(await fleet.store.gateFailures()).toHaveLength(2)
    expect((await fleet.store.history({ limit: 99 })).filter(({ kind }) => kind === 'brake')).toHaveLength(1)
    expect(
      fleet.lines.filter((line) => line.includes('the brake of local is on') && line.includes('until')),
    ).toHaveLength(1)
  })

  test('leaves a rollout that is under way to its own gate', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    fleet.limit(() => 3)
    for (const each of ['a', 'b']) fleet.push(each, bad)
    fleet.push('c', fresh)
    fleet.bad.add(bad)

    await serve(fleet)
    fleet.push('d', fresh)
    await fleet.clock.pass(400_000)

    expect(fleet.runs()).toMatchObject({ c: fresh, d: old })
    expect(await fleet.codeOf('d')).toBe('BRAKED')
  })

  test('once released replays nothing that is not wanted any more, and goes on after a restart until then', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    for (const each of ['a', 'b']) fleet.push(each, bad)
    fleet.bad.add(bad)
    await serve(fleet)
    await fleet.clock.pass(60_000)
    fleet.push('c', fresh)
    fleet.push('d', fresh)
    await fleet.clock.pass(400_000)
    expect(await codes(fleet, ['c', 'd'])).toEqual(['BRAKED', 'BRAKED'])
    await end()
    await serve(fleet)
    await fleet.clock.pass(400_000)
    expect(fleet.runs()).toMatchObject({ c: old, d: old })

    fleet.push('c', old)
    fleet.push('d', third)
    await createControl(fleet.app).release('local', by)
    await fleet.clock.pass(100_000)

    expect(await fleet.begun()).toEqual(['a d', 'b d', 'd c'])
    expect(fleet.runs()).toEqual({ a: old, b: old, c: old, d: third, e: old })
  })

  test('once released has a look that the state did not take taken again soon', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    for (const each of ['a', 'b', 'c']) fleet.push(each, bad)
    fleet.bad.add(bad)
    await serve(fleet)
    await fleet.clock.pass(60_000)
    expect(await fleet.codeOf('c')).toBe('BRAKED')
    fleet.push('c', fresh)
    const { saveTagObservation } = fleet.store
    fleet.store.saveTagObservation = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk is full'))

    await createControl(fleet.app).release('local', by)
    await fleet.clock.pass(5_000)
    fleet.store.saveTagObservation = saveTagObservation
    await fleet.clock.pass(60_000)

    expect(fleet.runs()).toMatchObject({ c: fresh })
  })

  test('is set by three versions within 15 minutes also where the clock is set back between them', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    const three = ['d', 'e', 'f'].map(digest)
    for (const each of three) fleet.bad.add(each)
    fleet.limit(() => 1)
    await serve(fleet)
    for (const [index, each] of three.entries()) {
      if (index === 2) fleet.clock.set(fleet.clock.now() - 7_200_000)
      fleet.push(names[index] ?? '', each)
      await fleet.clock.pass(331_000)
    }

    fleet.push('e', fresh)
    await fleet.clock.pass(331_000)

    expect(await fleet.codeOf('e')).toBe('BRAKED')
  })

  test('counts what fails after a release anew', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    for (const each of ['a', 'b']) fleet.push(each, bad)
    fleet.bad.add(bad)
    await serve(fleet)
    await fleet.clock.pass(60_000)

    fleet.push('c', bad)
    fleet.push('d', bad)
    await createControl(fleet.app).release('local', by)
    await fleet.clock.pass(100_000)

    expect((await fleet.store.gateFailures()).map(({ workload }) => workload)).toEqual([
      fleet.idOf('c'),
      fleet.idOf('d'),
    ])
    fleet.push('e', bad)
    await fleet.clock.pass(331_000)
    expect(await fleet.codeOf('e')).toBe('BRAKED')
  })
})

describe('too many changes at once, by the service', () => {
  const most = (fleet: Fleet, maxChanges: number) =>
    Object.assign(fleet.app, { limits: new Map([['local', { ...targetDefaults, maxChanges }]]) })

  test('are held also where their looks end one after the other', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    most(fleet, 3)
    for (const each of names) fleet.push(each, fresh)
    fleet.world.hold.resolve = (repository) =>
      fleet.clock.sleep(1000 * names.indexOf(repository), new AbortController().signal)

    await serve(fleet)
    await fleet.clock.pass(60_000)

    expect(await fleet.begun()).toEqual([])
    expect(await codes(fleet, names)).toEqual(names.map(() => 'MASS_CHANGE'))
    fleet.world.hold.resolve = async () => {}
    await createControl(fleet.app).release('local', by)
    await fleet.clock.pass(300_000)
    expect(Object.values(fleet.runs())).toEqual(names.map(() => fresh))
  })

  test('are held also where policies choose the tags, and a plan shows it', async () => {
    const labels = { 'longshore.policy': 'semver' }
    const fleet = startFleet(names.map((name) => ({ name, labels })))
    most(fleet, 3)
    for (const each of names) fleet.world.lists.set(each, ['1', '2'])
    for (const each of names) fleet.world.tags.set(`${each}:2`, fresh)

    const { workloads } = await planPass(fleet.app, fleet.stop.signal)
    await serve(fleet)
    await fleet.clock.pass(60_000)

    expect(workloads.map(({ decision, rollout }) => [decision.reason.code, rollout])).toEqual(
      names.map(() => ['MASS_CHANGE', null]),
    )
    expect(await fleet.begun()).toEqual([])
    expect(await codes(fleet, names)).toEqual(names.map(() => 'MASS_CHANGE'))
  })

  test('count over both kinds of a target', async () => {
    const fleet = startFleet(names.map((name, index) => (index === 0 ? { name, kind: 'compose' as const } : { name })))
    most(fleet, 3)
    for (const each of names) fleet.push(each, fresh)
    fleet.world.hold.resolve = async (repository) =>
      repository === 'a' ? undefined : fleet.clock.sleep(2000, new AbortController().signal)

    await serve(fleet)
    await fleet.clock.pass(60_000)

    expect(await fleet.begun()).toEqual([])
    expect(await codes(fleet, names)).toEqual(names.map(() => 'MASS_CHANGE'))
  })

  test('are not too many where a few are wanted', async () => {
    const fleet = startFleet(names.map((name) => ({ name })))
    most(fleet, 3)
    for (const each of names.slice(0, 3)) fleet.push(each, fresh)
    for (const each of names.slice(3)) fleet.push(each, old)

    await serve(fleet)
    await fleet.clock.pass(200_000)

    expect(Object.values(fleet.runs())).toEqual([fresh, fresh, fresh, old, old])
  })
})
