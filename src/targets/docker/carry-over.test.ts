import { describe, expect, test } from 'vitest'
import { container, containerId, image } from '../../../test/fakes/inspect.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { carryOver, type CarryOverSources } from './carry-over.ts'

const carry = (old: ContainerInspect, given: Partial<CarryOverSources> = {}) =>
  carryOver({
    old,
    oldImage: image(),
    image: 'web:1',
    order: 'stop-first',
    operationLabels: { 'longshore.operation': 'two' },
    apiVersion: '1.45',
    ...given,
  })

const anonymous = 'c7719dc0a193e3119c8a89b45bcdf5a31f67bc3538a35c77bb399c3a457ca97e'
const shortId = containerId.slice(0, 12)

test('runs the reference as the user wrote it, and never restarts by itself', () => {
  const { body } = carry(container(), { image: 'registry.example.com/web' })

  expect(body.Image).toBe('registry.example.com/web')
  expect(body.HostConfig.RestartPolicy).toEqual({ Name: 'no', MaximumRetryCount: 0 })
})

test('forgets where the client wrote the id of the old container', () => {
  expect(carry(container({ HostConfig: { ContainerIDFile: '/run/web.cid' } })).body.HostConfig['ContainerIDFile']).toBe(
    '',
  )
})

test('replaces the labels of an earlier rollout and keeps those of Compose', () => {
  const compose = { 'com.docker.compose.config-hash': 'abc', 'longshore.policy': 'digest' }
  const old = container({
    Config: { Labels: { ...compose, 'longshore.operation': 'one', 'longshore.operation.replaces': 'x' } },
  })

  expect(carry(old).body.Labels).toEqual({ ...compose, 'longshore.operation': 'two' })
})

test('leaves to the image what the image gave, also labels that pretend to be ours', () => {
  const given = { Env: ['A=1'], Cmd: ['serve'], Labels: { 'longshore.policy': 'newest' } }

  const { body } = carry(container({ Config: given }), { oldImage: image(given) })

  expect(body).not.toHaveProperty('Env')
  expect(body).not.toHaveProperty('Cmd')
  expect(body.Labels).toEqual({ 'longshore.operation': 'two' })
})

test('keeps what no image can give, whatever the image says', () => {
  const config = { Tty: true, OpenStdin: true, StopTimeout: 7, SomethingNewer: 'x' }

  expect(carry(container({ Config: config }), { oldImage: image(config) }).body).toMatchObject(config)
})

test('keeps a published port exposed although the old image exposed it', () => {
  const exposed = { ExposedPorts: { '80/tcp': {}, '81/tcp': {} } }
  const old = container({ Config: exposed, HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '' }] } } })

  const { body } = carry(old, { oldImage: image(exposed) })

  expect(body.ExposedPorts).toEqual({ '80/tcp': {} })
  expect(body.HostConfig.PortBindings).toEqual({ '80/tcp': [{ HostPort: '' }] })
})

describe('host names', () => {
  const names = (given: Parameters<typeof container>[0]) => {
    const { Hostname, Domainname } = carry(container(given)).body
    return { Hostname, Domainname }
  }
  test.each([
    ['made of the short id by the engine is left out', {}, {}],
    ['chosen by the user is kept', { Config: { Hostname: 'mine' } }, { Hostname: 'mine' }],
    ['is left out beside a domain name, which is kept', { Config: { Domainname: 'lan' } }, { Domainname: 'lan' }],
    [
      'on the host’s network is kept',
      { Config: { Hostname: 'vm' }, HostConfig: { NetworkMode: 'host' } },
      { Hostname: 'vm' },
    ],
    ['of another container is left out', { Config: { Hostname: 'x' }, HostConfig: { NetworkMode: 'container:1' } }, {}],
    ['of the host is left out', { Config: { Hostname: 'vm' }, HostConfig: { UTSMode: 'host' } }, {}],
  ])('%s', (_name, given, expected) => {
    expect(names(given)).toEqual(expected)
  })
})

describe('mounts', () => {
  test('a volume that nobody named is mounted by its name at the same place', () => {
    const old = container({
      HostConfig: { Binds: ['/srv:/srv:ro', 'named:/named'] },
      Mounts: [
        { Type: 'bind', Source: '/srv', Destination: '/srv', RW: false },
        { Name: 'named', Destination: '/named' },
        { Name: anonymous, Destination: '/data', Driver: 'local' },
      ],
    })

    const { HostConfig } = carry(old, { oldImage: image({ Volumes: { '/data': {} } }) }).body

    expect(HostConfig.Binds).toEqual(['/srv:/srv:ro', 'named:/named'])
    expect(HostConfig.Mounts).toEqual([{ Type: 'volume', Source: anonymous, Target: '/data' }])
  })

  test('keeps the driver and the read-only state of a volume that nobody named', () => {
    const old = container({ Mounts: [{ Name: anonymous, Destination: '/data', Driver: 'nfs', RW: false }] })

    expect(carry(old).body.HostConfig.Mounts).toEqual([
      {
        Type: 'volume',
        Source: anonymous,
        Target: '/data',
        ReadOnly: true,
        VolumeOptions: { DriverConfig: { Name: 'nfs' } },
      },
    ])
  })

  test('names the volume in a request that left it to the engine, with all its options', () => {
    const request = { Type: 'volume', Target: '/data/', VolumeOptions: { NoCopy: true } }
    const old = container({ HostConfig: { Mounts: [request] }, Mounts: [{ Name: anonymous, Destination: '/data' }] })

    expect(carry(old).body.HostConfig.Mounts).toEqual([{ ...request, Source: anonymous }])
  })

  test('names the volume in a bind that has only a destination', () => {
    const old = container({ HostConfig: { Binds: ['/data'] }, Mounts: [{ Name: anonymous, Destination: '/data' }] })

    const { HostConfig } = carry(old).body

    expect(HostConfig.Binds).toEqual([`${anonymous}:/data`])
    expect(HostConfig.Mounts).toEqual([])
  })

  test('leaves volumes of other containers to `--volumes-from`', () => {
    const old = container({ HostConfig: { VolumesFrom: ['db'] }, Mounts: [{ Name: 'pgdata', Destination: '/pg' }] })

    expect(carry(old).body.HostConfig).toMatchObject({ VolumesFrom: ['db'], Mounts: [] })
  })
})

describe('networks', () => {
  const back = {
    Aliases: ['web', shortId],
    IPAMConfig: { IPv4Address: '10.1.0.9' },
    IPAddress: '10.1.0.9',
    GwPriority: 5,
  }
  const front = {
    Aliases: null,
    MacAddress: '02:42:0a:02:00:03',
    IPAddress: '10.2.0.3',
    NetworkID: 'id2',
    EndpointID: 'e',
  }
  const old = container({ HostConfig: { NetworkMode: 'front' }, Networks: { back, front } })

  test('are asked for as the user did, without what the engine made of it', () => {
    const { body, connectAfterCreate } = carry(old)

    expect(body.NetworkingConfig).toEqual({
      EndpointsConfig: {
        front: { Aliases: [] },
        back: { Aliases: ['web'], IPAMConfig: { IPv4Address: '10.1.0.9' }, GwPriority: 5 },
      },
    })
    expect(connectAfterCreate).toEqual([])
  })

  test('below API 1.44 the create takes the one of the network mode, the others follow', () => {
    const { body, connectAfterCreate } = carry(old, { apiVersion: '1.43' })

    expect(Object.keys(body.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['front'])
    expect(connectAfterCreate.map(({ network }) => network)).toEqual(['back'])
  })

  test('start-first leaves the aliases to the switch', () => {
    const { body } = carry(old, { order: 'start-first' })

    expect(body.NetworkingConfig?.EndpointsConfig).toMatchObject({
      front: { Aliases: [] },
      back: { Aliases: [], IPAMConfig: { IPv4Address: '10.1.0.9' }, GwPriority: 5 },
    })
  })

  test('a network mode that names the network by its id comes first as well', () => {
    const byId = container({ HostConfig: { NetworkMode: 'id2' }, Networks: { back, front } })

    expect(Object.keys(carry(byId).body.NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['front', 'back'])
  })

  test.each(['host', 'none', 'container:1'])('mode %s asks for none', (mode) => {
    const { body } = carry(container({ HostConfig: { NetworkMode: mode }, Networks: { [mode]: {} } }))

    expect(body).not.toHaveProperty('NetworkingConfig')
    expect(body.HostConfig.NetworkMode).toBe(mode)
  })
})

describe('a MAC address', () => {
  const mac = '02:42:ac:11:00:99'
  const old = container({
    Config: { MacAddress: mac },
    Networks: { bridge: { MacAddress: mac, IPAddress: '172.17.0.2' } },
  })

  test('chosen by the user is asked for at the endpoint', () => {
    const { body } = carry(old)

    expect(body).not.toHaveProperty('MacAddress')
    expect(body.NetworkingConfig?.EndpointsConfig['bridge']).toMatchObject({ MacAddress: mac })
  })

  test('chosen by the user is asked for at the container below API 1.44', () => {
    const { body } = carry(old, { apiVersion: '1.43' })

    expect(body.MacAddress).toBe(mac)
    expect(body.NetworkingConfig?.EndpointsConfig['bridge']).not.toHaveProperty('MacAddress')
  })

  test('chosen by the user never runs twice: start-first leaves it to the switch', () => {
    const { body } = carry(old, { order: 'start-first' })

    expect(body.NetworkingConfig?.EndpointsConfig['bridge']).not.toHaveProperty('MacAddress')
  })

  test('made by the engine is left out', () => {
    const made = container({ Networks: { bridge: { MacAddress: '02:42:ac:11:00:02', IPAddress: '172.17.0.2' } } })

    expect(carry(made).body.NetworkingConfig?.EndpointsConfig['bridge']).not.toHaveProperty('MacAddress')
  })

  test('of a further network is kept unless it was derived from its address', () => {
    const further = (address: string) =>
      carry(container({ Networks: { bridge: {}, back: { MacAddress: address, IPAddress: '10.1.0.255' } } })).body
        .NetworkingConfig?.EndpointsConfig['back']

    expect(further('02:42:0a:01:00:ff')).not.toHaveProperty('MacAddress')
    expect(further('02:42:0a:01:00:fe')).toHaveProperty('MacAddress')
  })
})

test('volumes that are another container’s come from there again, and are not named as its own', () => {
  const Mounts = [{ Name: anonymous, Destination: '/shared' }]
  const old = container({ HostConfig: { VolumesFrom: ['vpn'] }, Mounts })

  expect(carry(old, { inherited: new Set(['/shared']) }).body.HostConfig.Mounts).toEqual([])
  expect(carry(old).body.HostConfig.Mounts).toMatchObject([{ Source: anonymous, Target: '/shared' }])
})

test.each(['1.41', '1.45'])('is on no network where its owner took it off all of them (API %s)', (apiVersion) => {
  const { body, isOnNone } = carry(container({ Networks: {} }), { apiVersion })

  expect(isOnNone).toBe(true)
  expect(body.HostConfig.NetworkMode).toBe('bridge')
  expect(body).not.toHaveProperty('NetworkingConfig')
})

test.each(['none', 'host', 'container:other'])('has nothing to leave where its network is %s', (NetworkMode) => {
  expect(carry(container({ HostConfig: { NetworkMode }, Networks: {} })).isOnNone).toBe(false)
})
