import { describe, expect, test } from 'vitest'
import { planned } from '../../../test/fakes/planned.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { Dependant } from '../dependant.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import { forward } from './forward.ts'

const rollout: Rollout = {
  ...planned('web', 0),
  toImage: 'sha256:new',
  attempted: ['pull', 'protect', 'capture', 'create'],
}
const old: InstanceFacts = {
  ...blankInstance,
  id: rollout.oldInstance,
  name: 'web',
  status: 'running',
  restart: rollout.restart,
  startedAt: '2026-11-20T12:00:00Z',
}
const fresh: InstanceFacts = { ...old, id: 'new', name: 'web.longshore-next', status: 'created', startedAt: null }
const seen = (connected: boolean): ReplaceFacts => ({
  old,
  new: { ...fresh, restart: 'no', connected },
  candidateImage: 'sha256:new',
  tagImage: 'sha256:new',
  isTagShared: false,
  isProtected: true,
  nameHolder: old.id,
})

test.each<[string, Partial<Rollout>, boolean, EffectKind]>([
  ['is completed where its create was cut off', {}, false, 'create'],
  ['is touched by nothing more where it is complete', {}, true, 'disarm-old'],
  [
    'is taken as it is where no create completes it',
    { attempted: [...rollout.attempted, 'create', 'create'] },
    false,
    'disarm-old',
  ],
])('a new version that was created and not started %s', (_, state, connected, effect) => {
  expect(forward({ ...rollout, order: 'stop-first', ...state }, seen(connected), 0)).toMatchObject({ effect })
})

test.each<[Rollout['order'], Rollout['attempted']]>([
  ['stop-first', rollout.attempted],
  ['start-first', rollout.attempted],
  ['start-first', [...rollout.attempted, 'start-new']],
])('one that a person paused before it was touched stays as it is, %s', (order, attempted) => {
  const facts = { ...seen(true), old: { ...old, status: 'paused' } } as const

  expect(forward({ ...rollout, order, attempted }, facts, 0)).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'PAUSED_BY_HAND' } },
  })
})

describe('a new version that a person keeps paused at its gate is left to them, and not to blame', () => {
  const paused: InstanceFacts = { ...fresh, name: 'web', status: 'paused', startedAt: '2026-11-20T12:01:00Z' }
  const look = (order: Rollout['order'], facts: Partial<ReplaceFacts>) => {
    const { startedAt } = paused
    const late = { ...startGate(0, startedAt), startedAt: -3_600_000 }
    const touched = { attempted: [...rollout.attempted, 'stop-old', 'start-new'] as const, gateProgress: late }
    return forward({ ...rollout, order, ...touched }, { ...seen(true), ...facts }, 0)
  }

  test('stop-first, with both versions', () => {
    const facts = { old: { ...old, name: 'web.longshore-prev', status: 'exited' }, new: paused } as const

    expect(look('stop-first', facts)).toMatchObject({
      rollout: { stage: 'ended', outcome: 'superseded', reason: { code: 'PAUSED_BY_HAND' }, candidateAtFault: false },
    })
  })

  test('start-first, while the old one serves', () => {
    expect(look('start-first', { new: { ...paused, name: 'web.longshore-next' } })).toMatchObject({
      rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'PAUSED_BY_HAND' }, candidateAtFault: false },
    })
  })
})

describe('what somebody changes before it is touched has it planned anew', () => {
  const app: InstanceFacts = { ...old, id: 'app', name: 'app', settings: 'app' }
  const plan: Dependant = { ...app, instance: 'app', image: 'sha256:app', wasRunning: true, by: ['network'] }
  const set = { ...rollout, dependants: [plan], settings: 'own app' }
  const factsOf = (own: Partial<InstanceFacts>, its: Partial<InstanceFacts>): ReplaceFacts => ({
    ...seen(true),
    old: { ...old, settings: 'own', ...own },
    dependants: [{ plan, old: { ...app, ...its }, new: { ...app, id: 'new' }, isBehind: false, nameHolder: 'app' }],
  })

  test.each<[string, Partial<InstanceFacts>, Partial<InstanceFacts>]>([
    ['its restart policy', { restart: 'no' }, {}],
    ['that of a dependant', {}, { restart: 'no' }],
    ['a limit or a network', { settings: 'another' }, {}],
    ['one of a dependant', {}, { settings: 'another' }],
  ])('%s', (_, own, its) => {
    expect(forward(set, factsOf(own, its), 0)).toMatchObject({
      rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'SETTINGS_CHANGED' } },
    })
  })

  test.each<[string, Partial<InstanceFacts>, Partial<InstanceFacts>]>([
    ['web', { settings: 'another', lostNetwork: 'back' }, {}],
    ['app', {}, { settings: 'another', lostNetwork: 'back' }],
  ])('but not without a network that is gone, of %s', (name, own, its) => {
    expect(forward(set, factsOf(own, its), 0)).toMatchObject({
      rollout: {
        stage: 'back',
        outcome: 'failed',
        reason: {
          code: 'TARGET_NETWORK_LOST',
          sentence: expect.stringContaining(`docker network connect back ${name}, and then longshore resume`),
        },
      },
    })
  })

  test('and what is as it was goes on', () => {
    expect(forward(set, factsOf({}, {}), 0)).toMatchObject({ effect: 'disarm-dependants' })
  })

  test('which is remembered once the candidate is there', () => {
    const { settings: _, ...fromPlan } = { ...set, toImage: null }

    expect(forward(fromPlan, factsOf({}, {}), 0)).toMatchObject({
      rollout: { toImage: 'sha256:new', settings: 'own app' },
    })
  })

  describe('while it is pulled', () => {
    const { settings: _, ...fromPlan } = { ...set, toImage: null }

    test('it is remembered what each has, so that a network that goes meanwhile is missed', () => {
      const step = forward(fromPlan, { ...factsOf({}, {}), candidateImage: null }, 0)
      expect(step).toMatchObject({ kind: 'change', rollout: { toImage: null, settings: 'own app' } })

      const pulled = factsOf({}, { settings: 'another', lostNetwork: 'back' })
      expect(forward({ ...fromPlan, settings: 'own app' }, pulled, 0)).toMatchObject({
        rollout: { outcome: 'failed', reason: { code: 'TARGET_NETWORK_LOST' } },
      })
    })

    test('what somebody changes is taken along', () => {
      const before = { ...fromPlan, settings: 'own app' }
      const changed = factsOf({ settings: 'another' }, {})

      expect(forward(before, { ...changed, candidateImage: null }, 0)).toMatchObject({ effect: 'pull' })
      expect(forward(before, changed, 0)).toMatchObject({
        rollout: { stage: 'forward', toImage: 'sha256:new', settings: 'another app' },
      })
    })
  })
})
