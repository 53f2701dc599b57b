import { afterEach, describe, expect, test } from 'vitest'
import {
  composeContainer,
  composeLabels,
  composeService,
  exited,
  paused,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { container } from '../../../test/fakes/inspect.ts'
import { movedFollower, strangeFollower, unreadyDependency } from './readiness.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

const web = (depends: string) => composeService({ labels: composeLabels({ depends_on: depends }) })
const health = (Status: string): GivenMember => ({ service: 'db', state: { Health: { Status } } })

describe('a dependency', () => {
  test.each<[string, string, readonly GivenMember[], string | null]>([
    ['that runs, where no more is asked', 'db:service_started:false', [{ service: 'db' }], null],
    ['that is healthy', 'db:service_healthy:false', [health('healthy')], null],
    [
      'of which one of two runs',
      'db:service_started:false',
      [
        { service: 'db', state: exited },
        { service: 'db', number: 2 },
      ],
      null,
    ],
    ['that ended', 'db:service_started:false', [{ service: 'db', state: exited }], 'not running'],
    ['that is paused', 'db:service_started:false', [{ service: 'db', state: paused }], 'not running'],
    ['that has no container', 'db:service_started:false', [{ service: 'other' }], 'not running'],
    ['of another project', 'db:service_started:false', [{ project: 'other', service: 'db' }], 'not running'],
    ['that is unhealthy', 'db:service_healthy:false', [health('unhealthy')], 'not healthy'],
    ['that is still starting', 'db:service_healthy:false', [health('starting')], 'not healthy'],
    ['that has no health check', 'db:service_healthy:false', [{ service: 'db' }], 'not healthy'],
    ['that is unhealthy, where nobody asks', 'db:service_started:false', [health('unhealthy')], null],
    ['that has to be completed', 'db:service_completed_successfully:false', [{ service: 'db', state: exited }], null],
  ])('%s', (_, depends, given, expected) => {
    const found = unreadyDependency(web(depends), [web(depends), composeService(...given)])

    const sentence = expected === null ? null : `it depends on db, which is ${expected}`
    expect(found).toEqual(sentence === null ? null : { code: 'DEPENDENCY_NOT_READY', sentence })
  })

  test('of which one of two is unhealthy is not healthy', () => {
    const db = composeService(health('healthy'), { ...health('unhealthy'), number: 2 })

    expect(unreadyDependency(web('db:service_healthy:false'), [db])?.sentence).toContain('not healthy')
  })
})

describe('a service that has to be made again with another', () => {
  const sidecar = composeService({ service: 'sidecar', image: 'sha256:side', inspect: { Config: { Image: 'side:1' } } })

  test('keeps the image that it runs, or is held', async () => {
    stage = stageCompose()
    stage.world.images.set('side:1', { Id: 'sha256:side' })
    expect(await movedFollower(stage.deps, [sidecar], signal)).toBeNull()

    stage.world.images.set('side:1', { Id: 'sha256:newer' })
    expect(await movedFollower(stage.deps, [sidecar], signal)).toEqual({
      code: 'FOLLOWER_MOVED',
      sentence:
        'sidecar lives in its container and has to be made again with it, but side:1 names another image than it runs; run: docker compose up -d sidecar',
    })
  })

  test('is held where its tag names nothing any more', async () => {
    stage = stageCompose()

    expect((await movedFollower(stage.deps, [sidecar], signal))?.code).toBe('FOLLOWER_MOVED')
  })
})

describe('a container that lives in one of the service', () => {
  const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id' } }
  const strange = { ...container(inside), Id: 'strange', Name: '/strange' }

  const found = async () => strangeFollower(stage.deps, [composeService()], signal)

  test('and is a plain container can follow it', async () => {
    stage = stageCompose([composeContainer(), strange])

    expect(await found()).toEqual({ unfit: null, followedBy: ['local/container/strange'] })
  })

  test('and is a service of another project can follow it too', async () => {
    stage = stageCompose([composeContainer(), composeContainer({ project: 'files', service: 'sync', inspect: inside })])

    expect(await found()).toEqual({ unfit: null, followedBy: ['local/compose/files/sync'] })
  })

  test.each([
    ['is held where nothing restarts it', undefined, 'DEPENDENT'],
    ['can follow where its policy does', { Name: 'unless-stopped' }, null],
  ])('and lives among its processes, which end with it, %s', async (_, RestartPolicy, code) => {
    const HostConfig = { PidMode: 'container:shop-web-1-id', ...(RestartPolicy && { RestartPolicy }) }
    stage = stageCompose([composeContainer(), { ...strange, HostConfig }])

    expect((await found()).unfit?.code ?? null).toBe(code)
  })

  test('and would be gone once it is stopped would break', async () => {
    const removed = { ...strange, HostConfig: { ...strange.HostConfig, AutoRemove: true } }
    stage = stageCompose([composeContainer(), removed])

    expect((await found()).unfit).toEqual({
      code: 'DEPENDENT',
      sentence: 'its dependant strange would break: nothing here can make it again',
    })
  })

  test('and was kept stopped by a rollout of its own is not', async () => {
    const kept = { ...strange, Name: '/strange.longshore-prev', State: { ...strange.State, Running: false } }
    stage = stageCompose([composeContainer(), kept])

    expect(await found()).toEqual({ unfit: null, followedBy: [] })
  })

  test('and is a service of its project is not', async () => {
    stage = stageCompose([composeContainer(), composeContainer({ service: 'sidecar', inspect: inside })])

    expect(await found()).toEqual({ unfit: null, followedBy: [] })
  })

  test('and is one of an image that `docker compose build` made is not', async () => {
    stage = stageCompose([
      composeContainer(),
      composeContainer({ service: 'sidecar', inspect: inside, image: 'sha256:built' }),
    ])
    const labels = composeLabels({ project: 'shop', service: 'sidecar' })
    stage.world.images.set('sha256:built', { Id: 'sha256:built', Config: { Labels: labels } })

    expect(await found()).toEqual({ unfit: null, followedBy: [] })
  })

  test('and was made by `docker compose run` is, since no `up` makes it again', async () => {
    const labels = composeLabels({ oneoff: 'True' })
    stage = stageCompose([composeContainer(), composeContainer({ service: 'sidecar', labels, inspect: inside })])

    expect((await found()).unfit?.code).toBe('DEPENDENT')
  })

  test('and is of its project by what its image says is a plain one', async () => {
    const labels = composeLabels({ project: 'shop', service: 'sidecar' })
    const forged = { ...strange, Image: 'sha256:forged', Config: { ...strange.Config, Labels: labels } }
    stage = stageCompose([composeContainer(), forged])
    stage.world.images.set('sha256:forged', { Id: 'sha256:forged', Config: { Labels: labels } })

    expect(await found()).toEqual({ unfit: null, followedBy: ['local/container/strange'] })
  })
})
