import { expect, test } from 'vitest'
import { quarantined } from '../../../test/fakes/decide-input.ts'
import { startFleet, versions } from '../../../test/fakes/fleet.ts'
import { useServing } from '../../../test/fakes/serving.ts'
import { AppError } from '../../errors.ts'
import type { Hook } from '../../rollout/hooks.ts'
import type { RunHere } from '../rollouts/run-hook.ts'
import { createControl } from '../words/create-control.ts'

const { old, new: fresh, third, bad } = versions
const by = { actor: 'ada', reason: null }
const waitMs = 1_200_000

const { serve } = useServing()

type Fleet = ReturnType<typeof startFleet>

/** The first pull of c is refused for twenty minutes; all have a place, and c and d are one group. */
function start() {
  const labels = { 'longshore.group': 'shop' }
  const fleet = startFleet([{ name: 'a' }, { name: 'b' }, { name: 'c', labels }, { name: 'd', labels }])
  let until = 0
  const leftMs = ({ repository }: { repository: string }) =>
    repository === 'c' ? Math.max(0, until - fleet.clock.elapsed()) : 0
  Object.assign(fleet.app, { registryPauses: { leftMs, begin: () => {} } })
  fleet.limit(() => 4)
  fleet.bad.add(bad)
  const { apply } = fleet.hold
  fleet.hold.apply = async (workload, effect) => {
    if (effect !== 'pull' || workload !== fleet.idOf('c')) return
    fleet.hold.apply = apply
    until = fleet.clock.elapsed() + waitMs
    throw new AppError('TARGET_PULL_FAILED', 'too many requests', { retryAfterMs: waitMs })
  }
  return fleet
}

/** Has what was pushed rolled out, and its gates come to their end. */
async function push(fleet: Fleet, pushed: Readonly<Record<string, typeof bad>>): Promise<void> {
  for (const [name, found] of Object.entries(pushed)) fleet.push(name, found)
  fleet.app.nudges.send({ kind: 'decide', workload: null, lookedSince: fleet.clock.elapsed() })
  await fleet.clock.pass(60_000)
}

const stateLost = { reason: { code: 'STATE_LOST', sentence: 'the state was lost' }, since: '2026-11-20T11:00:00Z' }

const holds: readonly (readonly [string, (fleet: Fleet) => Promise<unknown>, RegExp])[] = [
  ['the brake', (fleet) => push(fleet, { a: bad, b: bad }), /^the brake of local is on/],
  ['a failure in its group', (fleet) => push(fleet, { d: bad }), /^local\/container\/d of the group shop failed/],
  ['a pause', ({ app }) => createControl(app).pause('c', null, by), /^it is paused by ada/],
  ['the hold on everything', ({ store }) => store.setHold(stateLost), /^the state was lost/],
  [
    'its quarantine',
    async ({ store, idOf }) => {
      const [rollout] = await store.rollouts(idOf('d'), 1)
      const quarantine = quarantined(fresh, { workload: idOf('c') })
      if (rollout !== undefined) await store.saveRollout(rollout, { quarantine })
    },
    /^this digest failed/,
  ],
]

test.each(holds)('what waited for its registry while %s came touches nothing', async (_, hold, sentence) => {
  const fleet = start()
  await serve(fleet, 1000)
  await push(fleet, { c: fresh, d: third })
  expect(await fleet.begun()).toEqual(['c b', 'd c'])

  await hold(fleet)
  fleet.world.asked.splice(0)
  await fleet.clock.pass(waitMs + 60_000)

  const [rollout] = await fleet.store.rollouts(fleet.idOf('c'), 1)
  expect(rollout).toMatchObject({
    outcome: 'superseded',
    reason: { code: 'NEWER_DECISION', sentence: expect.stringMatching(sentence) },
  })
  expect(fleet.world.asked.filter((each) => each.endsWith(' c') && !each.startsWith('resolve'))).toEqual([])
  expect(fleet.runs()).toMatchObject({ c: old })
})

/** All have a place, c and d are one group, and c has a hook of an hour before its rollout. */
function startHooked() {
  const labels = { 'longshore.group': 'shop' }
  const fleet = startFleet([{ name: 'a' }, { name: 'b' }, { name: 'c', labels }, { name: 'd', labels }])
  const hook: Hook = {
    name: 'dump',
    place: 'here',
    command: ['dump'],
    user: null,
    instances: 'first',
    timeoutMs: 7_200_000,
    onFailure: 'stop',
    whenDown: 'skip',
  }
  const runHere: RunHere = async ({ environment }, signal) => {
    if (environment['LONGSHORE_NAME'] === 'c') await fleet.clock.sleep(3_600_000, signal)
    return { exitCode: 0, output: '' }
  }
  const { defaults } = fleet.app
  Object.assign(fleet.app, { runHere, defaults: { ...defaults, hooks: { ...defaults.hooks, beforeRollout: [hook] } } })
  fleet.limit(() => 4)
  fleet.bad.add(bad)
  return fleet
}

test.each(holds)('nothing that runs is touched where %s came during its hook', async (_, hold, sentence) => {
  const fleet = startHooked()
  await serve(fleet, 1000)
  await push(fleet, { c: fresh, d: third })
  expect(fleet.world.asked.at(-1)).not.toMatch(/old c$/)

  await hold(fleet)
  await fleet.clock.pass(3_600_000)

  const [rollout] = await fleet.store.rollouts(fleet.idOf('c'), 1)
  expect(rollout).toMatchObject({
    outcome: 'superseded',
    reason: { code: 'NEWER_DECISION', sentence: expect.stringMatching(sentence) },
    hookResults: [{ outcome: 'done' }],
  })
  expect(fleet.world.asked.filter((each) => each.endsWith('stop-old c'))).toEqual([])
  expect(fleet.world.asked).toContain('remove-new c')
  expect(fleet.runs()).toMatchObject({ c: old })
})

test('nor where it came while the engine was away, after the new version was made', async () => {
  const fleet = startFleet([{ name: 'web' }])
  const engine = { isAway: false }
  const refuseWhileAway = () => {
    if (engine.isAway) throw new AppError('TARGET_UNAVAILABLE', 'away')
  }
  fleet.hold.apply = async (_, effect) => {
    if (effect === 'create') engine.isAway = true
    refuseWhileAway()
  }
  for (const target of fleet.app.targets) {
    const { observe } = target
    Object.assign(target, {
      observe: async (...asked: Parameters<typeof observe>) => {
        refuseWhileAway()
        return observe(...asked)
      },
      waitUntilAvailable: async (signal: AbortSignal) => {
        while (engine.isAway) await fleet.clock.sleep(1000, signal)
      },
    })
  }
  await serve(fleet, 1000)
  await push(fleet, { web: fresh })
  fleet.hold.apply = async () => {}

  await createControl(fleet.app).pause('web', null, by)
  engine.isAway = false
  await fleet.clock.pass(120_000)

  expect(fleet.runs()).toEqual({ web: old })
  expect(await fleet.codeOf('web')).toBe('ROLLOUTS_PAUSED')
})

test('what a person asked for goes on after its wait in spite of the brake', async () => {
  const fleet = start()
  await serve(fleet, 1000)
  fleet.push('c', fresh)
  await createControl(fleet.app).deploy('c', null, by)
  await fleet.clock.pass(10_000)
  expect(await fleet.begun()).toEqual(['c b'])

  await push(fleet, { a: bad, b: bad })
  await fleet.clock.pass(waitMs + 60_000)

  expect(fleet.runs()).toMatchObject({ c: fresh })
})

test('once what held it is gone it begins anew', async () => {
  const fleet = start()
  await serve(fleet, 1000)
  await push(fleet, { c: fresh })
  await createControl(fleet.app).pause('c', null, by)
  await fleet.clock.pass(waitMs + 60_000)
  expect(await fleet.codeOf('c')).toBe('ROLLOUTS_PAUSED')

  await createControl(fleet.app).resume('c', by)
  await fleet.clock.pass(60_000)

  expect(fleet.runs()).toMatchObject({ c: fresh })
})
