import { describe, expect, test } from 'vitest'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { useServing } from '../../../test/fakes/serving.ts'
import { AppError } from '../../errors.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import type { Control } from '../words/control.ts'
import { createControl } from '../words/create-control.ts'

const { old, new: fresh, third, bad } = versions
const by = { actor: 'ada', reason: null }
const names = ['a', 'b', 'c', 'd', 'e']
const pollMs = 331_000

const { serve } = useServing()

type Fleet = ReturnType<typeof startFleet>

/** Holds c and d back from `fresh`, in one of the ways that a person ends. */
type Held = (fleet: Fleet, control: Control) => Promise<unknown>

const push = async (fleet: Fleet): Promise<void> => {
  fleet.push('c', fresh)
  fleet.push('d', fresh)
  await fleet.clock.pass(pollMs)
}

const byBrake: Held = async (fleet) => {
  for (const each of ['a', 'b']) fleet.push(each, bad)
  fleet.bad.add(bad)
  await fleet.clock.pass(pollMs)
  await push(fleet)
}

const byMassChange: Held = async (fleet) => {
  Object.assign(fleet.app, { limits: new Map([['local', { ...targetDefaults, maxChanges: 1 }]]) })
  await push(fleet)
}

const byPause: Held = async (fleet, control) => {
  await control.pause(null, null, by)
  await push(fleet)
}

const byShortPause: Held = async (fleet, control) => {
  await control.pause(null, pollMs + 2000, by)
  await push(fleet)
}

const byHold: Held = async (fleet) => {
  await fleet.store.setHold({ reason: { code: 'STATE_LOST', sentence: 'lost' }, since: '2026-11-20T11:00:00Z' })
  await push(fleet)
}

const byOwnPauses: Held = async (fleet, control) => {
  for (const each of ['c', 'd']) await control.pause(each, null, by)
  await push(fleet)
}

const byQuarantine: Held = async (fleet) => {
  Object.assign(fleet.app, { limits: new Map([['local', { ...targetDefaults, brake: false }]]) })
  fleet.bad.add(fresh)
  await push(fleet)
  fleet.bad.delete(fresh)
}

const ofBoth =
  (word: (control: Control, workload: string) => Promise<unknown>) =>
  async (control: Control): Promise<unknown> =>
    Promise.all(['c', 'd'].map((each) => word(control, each)))

const ways: readonly (readonly [string, Held, (control: Control) => Promise<unknown>])[] = [
  ['the brake', byBrake, (control) => control.release('local', by)],
  ['too many changes at once', byMassChange, (control) => control.release('local', by)],
  ['a pause of everything', byPause, (control) => control.resume(null, by)],
  ['a pause that ends by itself', byShortPause, async () => {}],
  ['the hold on everything', byHold, (control) => control.resume(null, by)],
  ['its own pause', byOwnPauses, ofBoth((control, each) => control.resume(each, by))],
  ['its quarantine', byQuarantine, ofBoth((control, each) => control.releaseQuarantine(each, null, by))],
]

describe.each(ways)('what %s held', (_, hold, letGo) => {
  async function startHeld() {
    const fleet = startFleet(names.map((name) => ({ name })))
    const control = createControl(fleet.app)
    await serve(fleet)
    await hold(fleet, control)
    const before = (await fleet.begun()).length
    return { fleet, release: () => letGo(control), begunSince: async () => (await fleet.begun()).slice(before) }
  }

  test('and is not wanted any more begins at no time once it is let go, however slow its registry is', async () => {
    const { fleet, release, begunSince } = await startHeld()
    fleet.push('c', old)
    fleet.push('d', third)
    fleet.world.hold.resolve = () => fleet.clock.sleep(3000, new AbortController().signal)

    const released = release()
    await fleet.clock.pass(100_000)
    await released

    expect(await begunSince()).toEqual(['d c'])
    expect(fleet.runs()).toMatchObject({ c: old, d: third })
  })

  test('does not begin either when a look from before ends afterwards', async () => {
    const { fleet, release, begunSince } = await startHeld()
    const looks: string[] = []
    fleet.world.hold.resolve = async (repository) => {
      looks.push(repository)
      await fleet.clock.sleep(4000, new AbortController().signal)
    }
    fleet.app.nudges.send({
      kind: 'scan',
      repository: { registry: 'registry.example.com', repository: 'c' },
      at: fleet.clock.elapsed(),
    })
    await fleet.clock.pass(1000)
    expect(looks).toEqual(['c'])

    const released = release()
    await fleet.clock.pass(5000)
    fleet.push('c', old)
    await fleet.clock.pass(100_000)
    await released

    expect(await begunSince()).not.toContain('c b')
  })

  test('waits for the next good look where its registry does not answer', async () => {
    const { fleet, release, begunSince } = await startHeld()
    fleet.push('d', third)
    for (const each of ['c', 'd']) {
      fleet.world.refusals.set(`${each}:1`, new AppError('REGISTRY_UNAVAILABLE', 'it answered 503'))
    }

    await release()
    await fleet.clock.pass(10_000)
    expect(await begunSince()).toEqual([])

    fleet.push('c', old)
    fleet.world.refusals.clear()
    await fleet.clock.pass(pollMs + 60_000)
    expect(await begunSince()).toEqual(['d c'])
  })
})

test('what waits for a place meanwhile is not begun on a look from before either', async () => {
  const fleet = startFleet(['a', 'c'].map((name) => ({ name })))
  const control = createControl(fleet.app)
  for (const each of ['a', 'c']) fleet.push(each, fresh)
  await serve(fleet)
  await fleet.clock.pass(10_000)
  expect(await fleet.begun()).toEqual(['a b'])
  await control.pause(null, null, by)
  await fleet.clock.pass(10_000)
  fleet.push('c', old)
  fleet.world.hold.resolve = () => fleet.clock.sleep(20_000, new AbortController().signal)

  // Its place is free before the registry has answered.
  await control.resume(null, by)
  await fleet.clock.pass(60_000)

  expect(await fleet.begun()).toEqual(['a b'])
  expect(fleet.runs()).toEqual({ a: fresh, c: old })
})
