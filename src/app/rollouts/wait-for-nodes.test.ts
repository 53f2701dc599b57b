import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { createFakePauses } from '../../../test/fakes/registry-pauses.ts'
import { serviceFacts, serviceRollout } from '../../../test/fakes/service-facts.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { Registry } from '../../registries/registry.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import type { EffectKind } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import { rollOut } from './roll-out.ts'
import { registryOf } from './wait-for-registry.ts'

const host = 'registry.example.com'
const from = { registry: host, repository: 'team/api' }

/** A Swarm service whose nodes would pull as soon as it is told, and what it was told. */
function startStage() {
  const clock = startFakeClock()
  const pauses = createFakePauses(clock)
  const told: EffectKind[] = []
  const target = {
    name: 'local',
    kind: 'swarm',
    procedure: 'service',
    observe: async () => serviceFacts({ told: told.includes('update-service') ? 'after' : 'before' }),
    async capture() {
      told.push('capture')
      return {}
    },
    async apply(_rollout: unknown, effect: EffectKind) {
      told.push(effect)
      throw new Error('this is as far as it goes')
    },
  } as unknown as Target // as much of it as a rollout that is about to be told needs
  const registryFor = () => ({ resolve: async () => 'unchanged' }) as unknown as Registry // all that is asked of it
  const deps = {
    target,
    store: createMemoryStore(),
    clock,
    pullAuth: async () => null,
    registryOf: (each: Parameters<typeof registryOf>[1]) => registryOf({ registryFor, registryPauses: pauses }, each),
  }
  const rollout = serviceRollout({ repository: `${host}/team/api`, createdAt: new Date(clock.now()).toISOString() })
  return { clock, pauses, told, drive: (each = rollout) => rollOut(deps, each, AbortSignal.timeout(5000)) }
}

test('a service is not touched while its registry wants to be left alone, as its nodes would pull', async () => {
  const { clock, pauses, told, drive } = startStage()
  pauses.begin(from, 90_000, 'pulls')

  const waiting = await drive()

  expect(waiting).toMatchObject({ step: 'J1', outcome: null, registryWait: { refusals: 0 } })
  expect(waitLeftMs(waiting, clock.now())).toBe(90_000)
  expect(told).toEqual([])
})

test('it is told when the pause is over', async () => {
  const { clock, pauses, told, drive } = startStage()
  pauses.begin(from, 90_000, 'pulls')
  const waiting = await drive()

  clock.advance(90_000)
  await drive(waiting)

  expect(told.slice(0, 2)).toEqual(['capture', 'update-service'])
})
