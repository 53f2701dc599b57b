import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeContainer, composeLabels, exited, type GivenMember } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import type { Workload } from '../target.ts'
import { hashOf } from './definition/hash.ts'
import { listWorkloads } from './list-workloads.ts'
import { prepare } from './prepare.ts'

const { signal } = new AbortController()
const text = 'services:\r\n  web:\r\n    image: web:1 # the site\r\n'
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', text)
})
afterEach(() => stage.close())

/** A container of a service whose files lie in the folder of the stage. */
const of = (given: GivenMember = {}) =>
  composeContainer({
    ...given,
    inspect: { Config: { Image: 'web:1' }, ...given.inspect },
    labels: {
      ...composeLabels({
        'project.config_files': stage.path('compose.yaml'),
        'project.working_dir': stage.folder,
      }),
      ...given.labels,
    },
  })

async function web(): Promise<Workload> {
  const [found] = (await listWorkloads(stage.deps, signal)).filter(({ name }) => name === 'shop/web')
  if (found === undefined) throw new Error('web is there')
  return found
}

const prepared = async (image = 'web:1') => prepare(stage.deps, await web(), image, signal)
const reason = async (image?: string) => {
  const found = await prepared(image)
  return found.kind === 'held' ? found.reason : null
}
const hash = (content: string) => hashOf(Buffer.from(content))

describe('a rollout that is due', () => {
  test('is held where we live in one of its containers, since `up` would end us in its middle', async () => {
    const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id' } }
    stage.world.containers = [of(), of({ service: 'longshore', id: 'abcdefabcdef', inspect: inside })]
    stage.deps = { ...stage.deps, self: { container: null, hostname: 'abcdefabcdef' } }

    expect(await reason()).toEqual({
      code: 'DEPENDENT',
      sentence: 'longshore itself (longshore) lives in its container and would be ended with it',
    })
  })

  test('may begin, and edits nothing when only the digest moves', async () => {
    stage.world.containers = [of()]

    expect(await prepared()).toEqual({
      kind: 'ready',
      definition: {
        files: [
          { path: stage.path('compose.yaml'), before: hash(text), after: hash(text) },
          { path: stage.path('.env'), before: '', after: '' },
        ],
        edit: null,
        followers: [],
        isDivisible: true,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    })
    expect(stage.read('compose.yaml')).toBe(text)
  })

  test('knows the one place that changes with the tag, and touches nothing', async () => {
    stage.world.containers = [of()]

    expect(await prepared('web:2')).toMatchObject({
      definition: {
        files: [
          { before: hash(text), after: hash(text.replace('web:1', 'web:2')) },
          { before: '', after: '' },
        ],
        edit: { path: stage.path('compose.yaml'), line: 3, from: 'web:1', to: 'web:2' },
      },
    })
    expect(stage.read('compose.yaml')).toBe(text)
    expect(stage.world.done).toEqual([])
    expect(stage.world.ups).toEqual([])
  })

  test('knows every file that the image was found through', async () => {
    stage.write('compose.yaml', 'include: [inner.yaml]\n')
    stage.write('inner.yaml', text)
    stage.world.containers = [of()]

    expect(await prepared('web:2')).toMatchObject({
      definition: {
        files: [{ path: stage.path('compose.yaml') }, { path: stage.path('.env') }, { path: stage.path('inner.yaml') }],
        edit: { path: stage.path('inner.yaml') },
      },
    })
  })

  test('takes what lives in its container along, and is then not done one by one', async () => {
    stage.world.containers = [
      of(),
      of({ service: 'sidecar', inspect: { HostConfig: { NetworkMode: 'container:shop-web-1-id' } } }),
    ]
    stage.world.images.set('web:1', { Id: 'sha256:old' })

    expect(await prepared()).toMatchObject({ definition: { followers: ['sidecar'], isDivisible: false } })
  })

  const within = (on: string) => ({ HostConfig: { NetworkMode: `container:${on}` } })

  test('has those follow that live in what it takes along, of another project and of none', async () => {
    const plain = of({ id: 'debug-id', name: 'debug', inspect: within('shop-sidecar-1-id') })
    stage.world.containers = [
      of(),
      of({ service: 'sidecar', inspect: within('shop-web-1-id') }),
      of({ service: 'far', inspect: within('shop-sidecar-1-id') }),
      of({
        project: 'other',
        service: 'sync',
        labels: composeLabels({ project: 'other' }),
        inspect: within('shop-far-1-id'),
      }),
      { ...plain, Config: { ...plain.Config, Labels: {} } },
    ]
    stage.world.images.set('web:1', { Id: 'sha256:old' })

    const found = await prepared()

    expect(found).toMatchObject({ definition: { followers: ['sidecar', 'far'], isDivisible: false } })
    expect(found.kind === 'ready' ? found.followedBy?.toSorted() : []).toEqual([
      'local/compose/other/sync',
      'local/container/debug',
    ])
  })

  test('notes which of those that follow are stopped, unless one that runs needs them', async () => {
    stage.world.containers = [
      of(),
      of({ service: 'idle', state: exited, inspect: within('shop-web-1-id') }),
      of({ service: 'needed', state: exited, inspect: within('shop-web-1-id') }),
      of({ service: 'runs', inspect: within('shop-needed-1-id') }),
      of({ service: 'rests', state: exited, inspect: within('shop-idle-1-id') }),
    ]
    stage.world.images.set('web:1', { Id: 'sha256:old' })

    expect(await prepared()).toMatchObject({
      definition: { followers: ['idle', 'needed', 'rests', 'runs'], stopped: ['idle', 'rests'] },
    })
  })

  test.each([
    ['anonymous', 'ab'.repeat(32), false],
    ['named', 'shop_data', true],
  ])('with %s volumes can be done one by one or not', async (_, Name, isDivisible) => {
    stage.world.containers = [of({ inspect: { Mounts: [{ Type: 'volume', Name, Destination: '/data' }] } })]

    expect(await prepared()).toMatchObject({ definition: { isDivisible } })
  })
})

describe('a rollout is held', () => {
  test('when no container is left', async () => {
    stage.world.containers = [of()]
    const workload = await web()
    stage.world.containers = []

    expect(await prepare(stage.deps, workload, 'web:1', signal)).toMatchObject({ reason: { code: 'GONE' } })
  })

  test('when the files say something else than what runs', async () => {
    stage.world.containers = [of()]
    stage.world.hash = 'other'
    stage.world.steps = [{ kind: 'container', name: 'shop-web-1', action: 'recreate' }]

    expect((await reason())?.code).toBe('COMPOSE_DRIFT')
  })

  test('when they do, and it has to follow another, it says both', async () => {
    stage.world.containers = [of()]
    stage.world.hash = 'other'
    stage.world.steps = [{ kind: 'container', name: 'shop-web-1', action: 'recreate' }]
    const follows = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another', isLeftStopped: false } as const

    const found = await prepare(stage.deps, { ...(await web()), follows }, 'web:1', signal)

    expect(found).toMatchObject({ kind: 'held', reason: { code: 'COMPOSE_DRIFT' } })
    expect(found.kind === 'held' ? found.reason.sentence : '').toMatch(
      /^vpn is another, and .*run: docker compose up -d web$/,
    )
  })

  test('when a dependency is not ready, before any command runs', async () => {
    stage.world.containers = [of({ labels: composeLabels({ depends_on: 'db:service_started:false' }) })]
    stage.world.hash = 'other'

    expect((await reason())?.code).toBe('DEPENDENCY_NOT_READY')
    expect(stage.world.dryRuns).toEqual([])
  })

  test('when the tag has to change where it cannot, and only then', async () => {
    stage.write('compose.yaml', 'x: &image web:1\nservices:\n  web:\n    image: *image\n  api:\n    image: *image\n')
    stage.world.containers = [of()]

    expect(await reason('web:2')).toMatchObject({
      code: 'IMAGE_NOT_EDITABLE',
      sentence: expect.stringContaining(`${stage.path('compose.yaml')}:`),
    })
    expect(await reason('web:1')).toBeNull()
  })

  test('when the files name another machine, without Compose reading them', async () => {
    stage.write('compose.yaml', `include: [https://example.com/x.git]\n${text}`)
    stage.world.containers = [of()]
    stage.world.hash = 'other'

    expect((await reason())?.code).toBe('IMAGE_NOT_EDITABLE')
    expect(stage.world.dryRuns).toEqual([])
  })

  test('when a container outside the project would break', async () => {
    const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id', AutoRemove: true } }
    const other = of({ id: 'x', name: 'strange', inspect: inside })
    stage.world.containers = [of(), { ...other, Config: { ...other.Config, Labels: {} } }]

    expect((await reason())?.code).toBe('DEPENDENT')
  })

  test('when what lives in its container could not be made again, since another that it uses is gone', async () => {
    const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id', VolumesFrom: ['data'] } }
    stage.world.containers = [of(), of({ service: 'sidecar', inspect: inside })]
    stage.world.images.set('web:1', { Id: 'sha256:old' })

    expect(await reason()).toEqual({
      code: 'DEPENDENT',
      sentence: 'its dependant sidecar would break: data, whose volumes it uses, is gone; make it anew',
    })
  })

  test('when what lives in its container would get another image', async () => {
    const inside = { HostConfig: { NetworkMode: 'container:shop-web-1-id' } }
    stage.world.containers = [of(), of({ service: 'sidecar', inspect: inside })]
    stage.world.images.set('web:1', { Id: 'sha256:newer' })

    expect((await reason())?.code).toBe('FOLLOWER_MOVED')
  })
})

test('a file that is not there is an error that says so', async () => {
  stage.world.containers = [of({ labels: composeLabels({ 'project.config_files': stage.path('gone.yaml') }) })]

  await expect(prepared()).rejects.toMatchObject({ code: 'COMPOSE_FILE_UNREADABLE' })
})
