import { afterEach, describe, expect, test } from 'vitest'
import { composeContainer } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { containerOf } from '../../../test/fakes/container-of.ts'
import { AppError } from '../../errors.ts'
import { keepReference } from '../engine/keep-tag.ts'
import { changedServices } from './changed-services.ts'
import { listWorkloads } from './list-workloads.ts'
import { livesInPast, outsideProviders } from './outside-providers.ts'
import { createRemaking } from './remake.ts'
import { rememberReplaced } from './replaced-names.ts'
import { findServices } from './services.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

const inside = { inspect: { HostConfig: { NetworkMode: 'container:vpn-id' } } }
const startedAt = (container: ReturnType<typeof composeContainer>, seconds: number) => ({
  ...container,
  State: { ...container.State, StartedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString() },
})

test.each([
  ['was started after it', 20, 'restart'],
  ['was started before it', 5, null],
])(
  'a service that lives in a plain container which %s goes after it and follows it as it has to',
  async (_, at, due) => {
    stage = stageCompose([startedAt(composeContainer(inside), 10), containerOf('vpn', { started: at })])

    const [web] = await listWorkloads(stage.deps, signal)

    expect(web?.after).toEqual(['local/container/vpn'])
    expect(web?.follows?.how ?? null).toBe(due)
    expect(stage.deps.usedBy.get('vpn')).toEqual(['local/compose/shop/web'])
  },
)

test('one that lives in what a rollout keeps beside its successor follows that', async () => {
  const kept = { ...containerOf('vpn', { started: null }), Name: '/vpn.longshore-prev' }
  const successor = { ...containerOf('vpn'), Id: 'successor' }
  stage = stageCompose([composeContainer(inside), kept, successor])

  expect(await listWorkloads(stage.deps, signal)).toMatchObject([
    { after: ['local/container/vpn'], follows: { how: 'recreate', provider: 'vpn' } },
  ])
})

test('events of what it lives in ring, also while a look is under way and after one that failed', async () => {
  stage = stageCompose([composeContainer(inside), containerOf('vpn')])
  await listWorkloads(stage.deps, signal)
  const users = () => changedServices('local', eventOf('vpn'), stage.deps.usedBy)
  const services = await findServices(stage.deps, null, signal)
  const { engine } = stage.deps
  const seen: unknown[] = []
  engine.listContainers = async () => {
    seen.push(users())
    throw new AppError('TARGET_UNAVAILABLE', 'it does not answer')
  }

  await expect(outsideProviders(stage.deps, services, signal)).rejects.toThrow()

  expect([...seen, users()]).toEqual([['local/compose/shop/web'], ['local/compose/shop/web']])
})

const eventOf = (name: string) => ({ type: 'container', action: 'start', id: 'id', attributes: { name }, at: 0 })

test('one that lives in none has nothing to follow', async () => {
  stage = stageCompose([composeContainer(), containerOf('vpn')])

  const [web] = await listWorkloads(stage.deps, signal)

  expect(web?.after).toEqual([])
  expect(web?.follows ?? null).toBeNull()
  expect(stage.deps.usedBy.size).toBe(0)
})

const paused = (container: ReturnType<typeof containerOf>) => ({
  ...container,
  State: { ...container.State, Status: 'paused' as const, Paused: true },
})

const id = 'ab'.repeat(32)

test.each([
  ['does not run', containerOf('vpn', { started: null }), 'vpn-id', { code: 'PROVIDER_STOPPED', isHeld: true }],
  ['is paused', paused(containerOf('vpn')), 'vpn-id', null],
  ['nobody knows the name of, since it may have been Compose’s own,', containerOf('other'), id, null],
])('one that lives in what %s is held as it is', async (_, other, on, expected) => {
  stage = stageCompose([composeContainer({ inspect: { HostConfig: { NetworkMode: `container:${on}` } } }), other])
  stage.deps.engine.pastEvents = async () => []

  const [web] = await listWorkloads(stage.deps, signal)

  if (expected === null) expect(web?.leftAlone).toBeNull()
  else expect(web?.leftAlone).toMatchObject(expected)
})

test('one that lives in what nobody knows the name of is told of that, with what brings it back', async () => {
  stage = stageCompose([composeContainer({ inspect: { HostConfig: { NetworkMode: `container:${id}` } } })])
  stage.deps.engine.pastEvents = async () => []

  const [web] = await listWorkloads(stage.deps, signal)

  expect(web?.note).toBe(
    'the container abababababab, whose network it uses, is gone, and nothing tells its name any more; run: docker compose -p shop up -d --force-recreate web',
  )
})

test('one whose plain container was removed is held as long as nothing has its name', async () => {
  const web = composeContainer({ inspect: { HostConfig: { NetworkMode: `container:${id}` } } })
  const attributes = { name: 'vpn' }
  stage = stageCompose([web])
  stage.deps.engine.pastEvents = async () => [{ type: 'container', action: 'destroy', id, attributes, at: 0 }]

  expect(await listWorkloads(stage.deps, signal)).toMatchObject([{ leftAlone: { code: 'PROVIDER_GONE' } }])

  stage.world.containers.push(containerOf('vpn', { started: null }))
  expect(await listWorkloads(stage.deps, signal)).toMatchObject([{ leftAlone: { code: 'PROVIDER_STOPPED' } }])
})

test('one that has the volumes of a container of another project, by its name, is not held for that', async () => {
  const web = composeContainer({ inspect: { HostConfig: { VolumesFrom: ['files-data-1'] } } })
  stage = stageCompose([web, composeContainer({ project: 'files', service: 'data' })])

  const [found] = (await listWorkloads(stage.deps, signal)).filter(({ name }) => name === 'shop/web')

  expect(found).toMatchObject({ leftAlone: null, after: ['local/compose/files/data'] })
})

test.each([
  ['that has others by now', 'other', 'recreate'],
  ['that has them still', 'shared', null],
])('one with the volumes of a plain container %s follows it as it has to', async (_, Name, due) => {
  const mounts = (name: string) => [
    { Type: 'volume' as const, Name: name, Source: name, Destination: '/shared', Mode: '', RW: true },
  ]
  const host = { HostConfig: { VolumesFrom: ['data'] }, Mounts: mounts('shared') }
  const data = containerOf('data', { mounts: [{ Name, Destination: '/shared' }] })
  const web = composeContainer({ inspect: host })
  stage = stageCompose([web, { ...data, Mounts: mounts(Name) }])

  expect((await listWorkloads(stage.deps, signal))[0]?.follows?.how ?? null).toBe(due)
  expect(await livesInPast(stage.deps, web, new Set(), signal)).toBe(due !== null)
})

test('one that only a person may make again tells them what to run', async () => {
  const built = startedAt(composeContainer({ ...inside, image: 'sha256:built' }), 10)
  const web = { ...built, Config: { ...built.Config, Image: 'shop-web' } }
  stage = stageCompose([web, containerOf('vpn', { started: 20 })])
  stage.world.images.set('sha256:built', { Id: 'sha256:built', RepoDigests: [] })

  expect(await listWorkloads(stage.deps, signal)).toMatchObject([
    {
      leftAlone: { code: 'BUILT_HERE' },
      note: 'vpn, which it uses, was started again; run: docker compose -p shop up -d --force-recreate web',
    },
  ])
})

describe('one that lives in a container of another project', () => {
  const other = (seconds: number) => startedAt(composeContainer({ project: 'files', service: 'data' }), seconds)
  const within = (HostConfig = {}) =>
    composeContainer({ inspect: { HostConfig: { NetworkMode: 'container:files-data-1-id', ...HostConfig } } })
  const found = async () => (await listWorkloads(stage.deps, signal)).find(({ name }) => name === 'shop/web')

  test.each([
    [20, 'restart'],
    [5, null],
  ])('goes after it and follows it as it has to', async (at, due) => {
    stage = stageCompose([startedAt(within(), 10), other(at)])

    const web = await found()

    expect(web?.after).toEqual(['local/compose/files/data'])
    expect(web?.follows?.how ?? null).toBe(due)
    expect(stage.deps.usedBy.get('files-data-1')).toEqual(['local/compose/shop/web'])
  })

  test('knows that one by its name after it was made anew for us, also when the engine has forgotten', async () => {
    const gone = 'cd'.repeat(32)
    const old = { ...other(5), Id: gone }
    stage = stageCompose([startedAt(within({ NetworkMode: `container:${gone}` }), 10), other(20)])
    stage.deps.engine.pastEvents = async () => []
    expect((await found())?.follows ?? null).toBeNull()

    const [service] = await findServices(stageCompose([old]).deps, null, signal)
    await rememberReplaced(stage.deps, service?.members ?? [])

    expect((await found())?.follows).toMatchObject({ how: 'recreate', provider: 'files-data-1' })
    expect((await createRemaking(stage.deps).namesOfReplaced()).get(gone)).toBe('files-data-1')
  })

  test.each([
    ['of the one that it lives in', 'local/compose/files/data', true],
    ['of what that lives in itself', 'local/compose/files/base', true],
    ['of another', 'local/compose/files/other', false],
  ])('knows by an earlier image %s that we may have replaced that', async (_, traced, expected) => {
    const gone = 'cd'.repeat(32)
    const attributes = { name: 'files-data-1', 'com.docker.compose.project': 'files' }
    const base = composeContainer({ project: 'files', service: 'base' })
    const data = { ...other(20), HostConfig: { NetworkMode: `container:${base.Id}` } }
    stage = stageCompose([startedAt(within({ NetworkMode: `container:${gone}` }), 10), data, base])
    stage.deps.engine.pastEvents = async () => [{ type: 'container', action: 'destroy', id: gone, attributes, at: 0 }]
    stage.world.images.set(keepReference(traced, 'sha256:old'), { Id: 'sha256:old' })

    expect((await found())?.madeAnew).toEqual({
      workloads: ['local/compose/files/data', 'local/compose/files/base'],
      at: Date.parse(data.Created),
      isTraced: expected,
    })
  })

  test('follows too where it ended with that and the engine could not start it without', async () => {
    const { State, ...web } = within({ PidMode: 'container:files-data-1-id', RestartPolicy: { Name: 'always' } })
    const ended = { Status: 'exited', Running: false, ExitCode: 137, Error: 'cannot join' } as const
    stage = stageCompose([{ ...startedAt({ ...web, State: { ...State, ...ended } }, 10) }, other(20)])

    expect(await found()).toMatchObject({ leftAlone: null, isRunning: true, follows: { how: 'restart' } })
  })
})
