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
import type { Rollout } from '../../rollout/rollout.ts'
import { add, removeOne, up, upOld } from './apply-up.ts'
import { hashOf } from './definition/hash.ts'
import { leftDown } from './left-down.ts'
import { listWorkloads } from './list-workloads.ts'
import { observe } from './observe.ts'
import { prepare } from './prepare.ts'

const { signal } = new AbortController()
const text = 'services:\n  web:\n    image: web:1\n'
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', text)
  stage.world.images.set('web:1', { Id: 'sha256:old' })
})
afterEach(() => stage.close())

/** A container of a service whose files lie in the folder of the stage; of `web` that is stopped unless told otherwise. */
const of = (given: GivenMember = {}) =>
  composeContainer({
    state: exited,
    ...given,
    inspect: { Config: { Image: 'web:1' }, ...given.inspect },
    labels: {
      ...composeLabels({ 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder }),
      ...given.labels,
    },
  })
const running = {}
const within = (Id: string) => ({ HostConfig: { NetworkMode: `container:${Id}` } })
const sharing = (name: string) => ({ HostConfig: { VolumesFrom: [name] } })
const dependsOn = composeLabels({ depends_on: 'db:service_started:false' })

async function prepared(leaves: Rollout['stopped']) {
  const [web] = (await listWorkloads(stage.deps, signal)).filter(({ name }) => name === 'shop/web')
  if (web === undefined) throw new Error('web is there')
  const found = await prepare(stage.deps, web, 'web:1', signal, leaves)
  return found.kind === 'held' ? found.reason : found.definition
}

describe('a service that does not run', () => {
  test('waits in part where only Compose could start what runs of it again', async () => {
    const copied = `${text}    configs: [motd]\nconfigs: { motd: { content: hi } }\n`
    const [held, whole] = [{ code: 'ONLY_COMPOSE_STARTS' }, { followers: [] }]
    stage.write('compose.yaml', copied)
    stage.world.containers = [of({ state: running }), of({ number: 2, id: 'second' })]
    expect(await prepared('start')).toMatchObject(held)
    stage.write('compose.yaml', text)
    expect(await prepared('start')).toMatchObject(whole)

    stage.write('compose.yaml', copied)
    stage.world.containers = [of(), of({ number: 2, id: 'second' })]
    expect(await prepared('start')).toMatchObject(whole)
    expect(await prepared('update')).toMatchObject(whole)
  })

  test('waits where only Compose could start what shares its volumes again, and not for its own sake', async () => {
    const own = 'configs: [motd]\n'
    const ends = '  sidecar:\n    image: web:1\n    volumes_from: [web]\n    '
    const top = 'configs: { motd: { content: hi } }\n'
    const sidecar = of({ service: 'sidecar', id: 'sidecar', state: running, inspect: sharing('shop-web-1-id') })
    stage.world.containers = [of(), sidecar]
    stage.write('compose.yaml', `${text}${ends}${own}${top}`)
    expect(await prepared('update')).toMatchObject({ code: 'ONLY_COMPOSE_STARTS' })

    stage.write('compose.yaml', `${text}    ${own}${ends.trimEnd()}\n${top}`)
    expect(await prepared('update')).toMatchObject({ followers: ['sidecar'] })
  })

  test('may be made anew beside a dependency that is stopped too, and is not started without it', async () => {
    stage.world.containers = [of({ labels: dependsOn }), of({ service: 'db' })]

    expect(await prepared('update')).toMatchObject({ followers: [] })
    expect(await prepared('start')).toEqual({
      code: 'DEPENDENCY_NOT_READY',
      sentence: 'it depends on db, which is not running',
    })
  })

  test('is not made anew while a dependency has no container, which Compose would make too', async () => {
    stage.world.containers = [of({ labels: dependsOn })]

    expect(await prepared('update')).toEqual({
      code: 'DEPENDENCY_NOT_READY',
      sentence: 'it depends on db, of which there is no container',
    })
  })

  test('takes along what is stopped with it', async () => {
    stage.world.containers = [of(), of({ service: 'sidecar', inspect: within('shop-web-1-id') })]

    expect(await prepared('update')).toMatchObject({ followers: ['sidecar'], stopped: ['sidecar'] })
  })

  test('is left as it is while what lives in its network runs, unless it is to be started', async () => {
    stage.world.containers = [
      of(),
      of({ service: 'sidecar', inspect: within('shop-web-1-id'), state: running }),
      of({ service: 'beside', inspect: sharing('shop-web-1'), state: running }),
    ]

    expect(await prepared('update')).toMatchObject({
      code: 'DEPENDENT',
      sentence: expect.stringContaining('sidecar runs, although what it lives in does not'),
    })
    expect(await prepared('start')).toMatchObject({ followers: ['beside', 'sidecar'], cutOff: ['sidecar'] })
  })

  test('waits for a container of no project that it lives in, where it is to be started', async () => {
    const vpn = composeContainer({ name: 'vpn', id: 'ef'.repeat(32), state: exited })
    stage.world.containers = [
      of({ inspect: within('ef'.repeat(32)) }),
      { ...vpn, Config: { ...vpn.Config, Labels: {} } },
    ]

    expect(await prepared('start')).toMatchObject({ code: 'PROVIDER_STOPPED' })
    expect(await prepared('update')).toMatchObject({ followers: [] })
  })
})

describe('carrying a rollout of it out', () => {
  const definition = (more: object = {}) => ({
    ...composeDefinition(stage.path('compose.yaml'), hashOf(Buffer.from(text))),
    ...more,
  })
  const fresh: GivenMember = { image: 'sha256:new', state: created }
  const ups = () => stage.world.ups.map(({ services, options }) => ({ services, options }))
  /** What Compose makes of them. */
  const makes = (...made: readonly GivenMember[]) => {
    stage.world.onUp = async () => void (stage.world.containers = made.map(of))
  }

  test('has Compose make it and start nothing', async () => {
    stage.world.containers = [of()]

    await up(stage.deps, composeRollout({ definition: definition(), stopped: 'update' }), { signal })

    expect(ups()).toMatchObject([{ services: ['web'], options: { scale: { web: 1 }, noStart: true } }])
    expect(stage.world.done).toEqual([])
  })

  test('has it brought up as any other where it is to be started', async () => {
    stage.world.containers = [of()]

    await up(stage.deps, composeRollout({ definition: definition(), stopped: 'start' }), { signal })

    expect(ups()).toMatchObject([{ services: ['web'] }])
    expect(ups()[0]?.options).not.toHaveProperty('noStart')
  })

  test.each(['update', 'start'] as const)('does nothing once a person has started it (%s)', async (stopped) => {
    stage.world.containers = [of({ state: running })]

    await up(stage.deps, composeRollout({ definition: definition(), stopped }), { signal })

    expect(ups()).toEqual([])
  })

  test('starts again what has its volumes alone, and ran', async () => {
    const beside: GivenMember = { service: 'beside', inspect: sharing('shop-web-1') }
    stage.world.containers = [of(), of({ ...beside, state: running })]
    makes(fresh, { ...beside, state: created })
    const rollout = composeRollout({ definition: definition({ followers: ['beside'] }), stopped: 'update' })

    await up(stage.deps, rollout, { signal })

    expect(ups()).toMatchObject([{ services: ['web', 'beside'], options: { noStart: true } }])
    expect(stage.world.done).toEqual(['start shop-beside-1-id'])
  })

  test('brings it back stopped, with what lives in it', async () => {
    stage.world.containers = [of({ image: 'sha256:new', state: running })]
    const rollout = composeRollout({
      definition: definition({ followers: ['idle', 'sidecar'], stopped: ['idle'], cutOff: ['sidecar'] }),
      stopped: 'start',
      stage: 'back',
    })
    makes({ state: created })

    await upOld(stage.deps, rollout, { signal })

    expect(ups()).toMatchObject([{ services: ['web'], options: { noStart: true } }])
    expect(leftDown(rollout)).toEqual(['idle', 'sidecar'])
    expect(stage.world.done).toEqual([])
  })

  test('is not over while one has yet to get its name', async () => {
    stage.world.containers = [of({ ...fresh, name: '0123456789ab_shop-web-1' })]

    expect((await observe(stage.deps, composeRollout({ stopped: 'update' }), signal)).isHalfMade).toBe(true)
  })

  describe('where some instances run', () => {
    const partly = () => composeRollout({ definition: definition(), scale: 3, ranBefore: 1, stopped: 'start' })

    test('removes first what does not', async () => {
      stage.world.containers = [of({ state: running }), of({ number: 2 }), of({ number: 3 })]

      await removeOne(stage.deps, partly(), { signal })

      expect(stage.world.done).toEqual(['stop shop-web-2-id', 'remove shop-web-2-id'])
    })

    test('starts the one that it adds, and none of the old', async () => {
      stage.world.containers = [of({ state: running }), of({ number: 3, state: created })]
      makes({ state: running }, { number: 3, state: created }, { ...fresh, number: 4 })

      await add(stage.deps, partly(), { signal })

      expect(ups()).toMatchObject([{ options: { scale: { web: 3 }, noRecreate: true, noStart: true } }])
      expect(stage.world.done).toEqual(['start shop-web-4-id'])
    })

    test('has as many run again on the way back as before', async () => {
      stage.world.containers = [of({ image: 'sha256:new', state: running }), of({ number: 2 }), of({ number: 3 })]
      makes({ state: created }, { number: 2 }, { number: 3 })

      await upOld(stage.deps, { ...partly(), stage: 'back' }, { signal })

      expect(ups()).toMatchObject([{ options: { scale: { web: 3 }, noStart: true } }])
      expect(stage.world.done).toEqual(['start shop-web-1-id'])
    })
  })
})
