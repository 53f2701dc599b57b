import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import {
  composeContainer,
  composeLabels,
  created,
  exited,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { up, upOld } from './apply-up.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { hashOf } from './definition/hash.ts'
import { orStartDependants, orStartOlds } from './start-olds.ts'

const { signal } = new AbortController()
const text = 'services:\n  web:\n    image: web:1\n'
const refused = new AppError('TARGET_FORBIDDEN', 'the proxy refuses DELETE /containers/beside')
const refuse = () => Promise.reject(refused)
let stage: ReturnType<typeof stageCompose>
beforeEach(() => (stage = stageCompose()))
afterEach(() => stage.close())

const of = (given: GivenMember) => {
  const own = { 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder }
  return composeContainer({ ...given, labels: { ...composeLabels(own), ...given.labels } })
}
const old: GivenMember = { id: 'old', state: exited }
const next: GivenMember = { number: 2, id: 'new', image: 'sha256:new' }
/** What Compose creates beside the old one, before it stops that. */
const beside = (image: string, id = 'beside'): GivenMember => ({
  id,
  name: `0123456789ab_shop-web-1`,
  image,
  labels: composeLabels({ replace: 'old' }),
  state: created,
})

const starts = async (rollout: Partial<Rollout>, given: readonly GivenMember[], deps: Partial<ComposeDeps> = {}) => {
  stage.world.containers = given.map(of)
  const way = orStartOlds({ ...stage.deps, ...deps }, composeRollout({ stage: 'back', ...rollout }), signal, refuse)
  await expect(way).rejects.toBe(refused)
  return stage.world.done
}

describe('where the way back cannot be taken', () => {
  test.each<[string, Partial<Rollout>, readonly GivenMember[], readonly string[]]>([
    ['what was stopped is started', {}, [old, beside('sha256:new')], ['start old']],
    [
      'what Compose made for it is, under its lasting name, where nothing else is left',
      {},
      [beside('sha256:old')],
      ['rename beside shop-web-1', 'start beside'],
    ],
    ['what served comes before what was made', {}, [beside('sha256:old'), { ...old, number: 2 }], ['start old']],
    ['the new version is never', {}, [{ ...next, state: exited }], []],
    ['none is beside one that runs', {}, [old, next], []],
    ['one that runs is left', {}, [{ id: 'old' }], []],
    [
      'as many are as are missing',
      { scale: 3 },
      [old, { id: 'second', number: 2, state: exited }, { id: 'third', number: 3 }],
      ['start old', 'start second'],
    ],
  ])('%s', async (_promise, rollout, given, expected) => {
    expect(await starts(rollout, given)).toEqual(expected)
  })

  test('what lives in it comes with it, and what was stopped stays so', async () => {
    const definition = {
      ...composeDefinition('/srv/compose.yaml', 'a'),
      followers: ['idle', 'sidecar'],
      stopped: ['idle'],
    }
    const sidecar = { service: 'sidecar', id: 'sidecar' }

    expect(await starts({ definition }, [old, sidecar, { service: 'idle', state: exited }])).toEqual([
      'start old',
      'restart sidecar',
    ])
  })

  test('one that does not start keeps no other from it', async () => {
    const engine = {
      ...stage.deps.engine,
      startContainer: (id: string) => (id === 'old' ? refuse() : stage.deps.engine.startContainer(id, signal)),
    }

    expect(await starts({ scale: 2 }, [old, { id: 'second', number: 2, state: exited }], { engine })).toEqual([
      'start second',
    ])
  })
})

test('what only follows another is started again where it cannot be made again', async () => {
  const follows = { how: 'recreate', provider: 'vpn', sentence: '', isLeftStopped: false } as const

  expect(await starts({ follows, toImage: 'sha256:old' }, [old, beside('sha256:old')])).toEqual(['start old'])
})

test('services that live in plain containers are started again on the way back, but for those that did not run', async () => {
  const plan = (service: string, wasRunning: boolean) => ({
    name: `shop/${service}`,
    instances: [service],
    image: 'sha256:old',
    reference: 'web:1',
    wasRunning,
  })
  stage.world.containers = [of(old), of(beside('sha256:old')), of({ service: 'idle', state: exited })]
  const services = [plan('web', true), plan('idle', false), plan('gone', true)]

  await expect(orStartDependants(stage.deps, services, signal, refuse)).rejects.toBe(refused)

  expect(stage.world.done).toEqual(['start old'])
})

test('a leftover that cannot be removed keeps the old version from nothing, and Compose is not let near both', async () => {
  const file = stage.write('compose.yaml', text)
  const hash = hashOf(Buffer.from(text))
  const rollout = composeRollout({ stage: 'back', definition: composeDefinition(file, hash) })
  const deps = { ...stage.deps, engine: { ...stage.deps.engine, removeContainer: refuse } }
  stage.world.containers = [of(old), of(beside('sha256:new'))]

  await expect(upOld(deps, rollout, { signal })).rejects.toBe(refused)

  expect(stage.world.done).toContain('start old')
  expect(stage.world.ups).toEqual([])
})

test('an `up` of what only follows another starts it again where Compose is refused', async () => {
  const follows = { how: 'recreate', provider: 'vpn', sentence: '', isLeftStopped: false } as const
  stage.write('compose.yaml', text)
  stage.world.images.set('web:1', { Id: 'sha256:old' })
  stage.world.containers = [of({ id: 'old' })]
  stage.world.onUp = async () => {
    stage.world.containers = [of(old)]
    throw refused
  }

  await expect(up(stage.deps, composeRollout({ follows }), { signal })).rejects.toBe(refused)

  expect(stage.world.done).toContain('start old')
})
