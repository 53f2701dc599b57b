import { describe, expect, test } from 'vitest'
import { workload } from '../../../../test/fakes/decide-input.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { conceal } from '../../../lib/secret.ts'
import { createBody, endpointsOf } from './create-body.ts'
import { differences } from './differences.ts'
import type { EnsuredContainer } from './ensured-container.ts'
import { withNotes } from './list-ensured.ts'

const plain: EnsuredContainer = {
  name: 'web',
  image: 'registry.example.com/web:1',
  command: null,
  entrypoint: null,
  env: {},
  ports: [],
  volumes: [],
  networks: [],
  restart: 'always',
  user: null,
  workingDir: null,
  hostname: null,
  labels: {},
  healthCheck: null,
  init: false,
  readOnly: false,
  capAdd: [],
  capDrop: [],
}

const whole: EnsuredContainer = {
  ...plain,
  command: ['serve', '--quick'],
  entrypoint: ['/bin/web'],
  env: { TOKEN: conceal('hidden'), EMPTY: conceal('') },
  ports: [
    { address: '127.0.0.1', host: '8080', container: '80/tcp' },
    { address: '', host: '', container: '53/udp' },
  ],
  volumes: ['data:/data', '/etc/web:/etc/web:ro', '/scratch'],
  networks: ['front', 'back'],
  user: '1000:1000',
  workingDir: '/srv',
  hostname: 'web1',
  labels: { team: 'shop' },
  healthCheck: { test: ['/check'], intervalMs: 5000, timeoutMs: undefined, startPeriodMs: undefined, retries: 2 },
  init: true,
  readOnly: true,
  capAdd: ['NET_ADMIN'],
  capDrop: ['ALL'],
}

const labels = { 'longshore.operation': 'r1' }

describe('what is created', () => {
  test('says nothing that was not written, and restarts never by itself', () => {
    const { body, connectAfterCreate } = createBody(plain, 'registry.example.com/web:1', labels, '1.45')

    expect(body).toEqual({
      Image: 'registry.example.com/web:1',
      Env: [],
      Labels: labels,
      ExposedPorts: {},
      Volumes: {},
      HostConfig: { Binds: [], PortBindings: {}, RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } },
    })
    expect(connectAfterCreate).toEqual([])
  })

  test('says all that was', () => {
    const { body } = createBody(whole, 'registry.example.com/web:2', labels, '1.45')

    expect(body).toMatchObject({
      Image: 'registry.example.com/web:2',
      Cmd: ['serve', '--quick'],
      Entrypoint: ['/bin/web'],
      Env: ['TOKEN=hidden', 'EMPTY='],
      User: '1000:1000',
      WorkingDir: '/srv',
      Hostname: 'web1',
      Labels: { team: 'shop', ...labels },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      Volumes: { '/scratch': {} },
      Healthcheck: { Test: ['CMD', '/check'], Interval: 5e9, Timeout: 0, StartPeriod: 0, Retries: 2 },
      HostConfig: {
        Binds: ['data:/data', '/etc/web:/etc/web:ro'],
        PortBindings: {
          '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }],
          '53/udp': [{ HostIp: '', HostPort: '' }],
        },
        NetworkMode: 'front',
        Init: true,
        ReadonlyRootfs: true,
        CapAdd: ['NET_ADMIN'],
        CapDrop: ['ALL'],
      },
      NetworkingConfig: { EndpointsConfig: { front: {}, back: {} } },
    })
  })

  test('takes its further networks later, where the engine takes one at a time', () => {
    const { body, connectAfterCreate } = createBody(whole, whole.image, labels, '1.43')

    expect(body.NetworkingConfig?.EndpointsConfig).toEqual({ front: {} })
    expect(connectAfterCreate).toEqual([{ network: 'back', endpoint: {} }])
  })

  test.each(['host', 'none'])('has no endpoint where its network is %s', (mode) => {
    const { body } = createBody({ ...plain, networks: [mode] }, plain.image, labels, '1.45')

    expect(body.HostConfig.NetworkMode).toBe(mode)
    expect(body.NetworkingConfig).toBeUndefined()
    expect(endpointsOf({ ...plain, networks: [mode] })).toEqual([])
  })
})

describe('what differs from the configuration', () => {
  /** A container as the engine shows it after `whole` was created. */
  const asWritten = (change: Record<string, unknown> = {}, host: Record<string, unknown> = {}) => {
    const { body } = createBody(whole, 'registry.example.com/web:2', labels, '1.45')
    const { HostConfig, NetworkingConfig: _, ...config } = body
    const mounts = [
      { Type: 'volume', Name: 'data', Source: '/var/lib/docker/volumes/data', Destination: '/data' },
      { Type: 'bind', Source: '/etc/web', Destination: '/etc/web' },
      { Type: 'volume', Name: 'ab'.repeat(32), Source: '/var/lib', Destination: '/scratch' },
    ]
    return {
      Config: { ...config, ...change },
      HostConfig: { ...HostConfig, RestartPolicy: { Name: 'always' }, CapAdd: ['CAP_NET_ADMIN'], ...host },
      Mounts: mounts,
      NetworkSettings: { Networks: { front: {}, back: {} } },
    } as unknown as ContainerInspect // what is read here
  }

  test('is nothing where it was made as written, whatever tag it runs by now', () => {
    expect(differences(whole, asWritten())).toEqual([])
  })

  test('is its tag, beside that, for whoever knows its policy, unless it is of another image altogether', () => {
    const web = { ...workload, name: 'web', instance: asWritten().Id }
    const told = (container: ContainerInspect) => withNotes(web, whole, container)

    expect(told(asWritten())).toEqual({ ...web, writtenImage: whole.image })
    expect(told(asWritten({ Image: 'registry.example.com/other:1' }))).toEqual({
      ...web,
      note: 'it is there with another image than ensure says, which stays as it is',
    })
  })

  test('is nothing where nothing was written', () => {
    expect(differences(plain, asWritten())).toEqual([])
  })

  test.each([
    ['image', { Image: 'registry.example.com/other:1' }, {}],
    ['command', { Cmd: ['serve'] }, {}],
    ['entrypoint', { Entrypoint: null }, {}],
    ['env', { Env: ['TOKEN=other', 'EMPTY='] }, {}],
    ['ports', {}, { PortBindings: {} }],
    ['restart', {}, { RestartPolicy: { Name: 'no' } }],
    ['user', { User: '' }, {}],
    ['workingDir', { WorkingDir: '/' }, {}],
    ['hostname', { Hostname: 'web2' }, {}],
    ['labels', { Labels: {} }, {}],
    ['healthCheck', { Healthcheck: null }, {}],
    ['init', {}, { Init: false }],
    ['readOnly', {}, { ReadonlyRootfs: false }],
    ['capAdd', {}, { CapAdd: null }],
    ['capDrop', {}, { CapDrop: [] }],
  ] as const)('is told by its name: %s', (setting, change, host) => {
    expect(differences(whole, asWritten(change, host))).toEqual([setting])
  })

  test.each([
    ['volumes', { Mounts: [] }],
    ['networks', { NetworkSettings: { Networks: { front: {} } } }],
  ] as const)('is told by its name: %s', (setting, change) => {
    expect(differences(whole, { ...asWritten(), ...change } as unknown as ContainerInspect)).toEqual([setting])
  })
})
