import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import { suggestOrder } from './suggested-order.ts'

type Given = NonNullable<Parameters<typeof container>[0]>

const gentle: Given = {
  Config: { Healthcheck: { Test: ['CMD', 'probe'] } },
  HostConfig: { NetworkMode: 'back' },
  Networks: { back: { Aliases: ['web'], IPAddress: '10.1.0.2', MacAddress: '02:42:0a:01:00:02' } },
}

test('is start-first for a container that two copies of can run', () => {
  expect(suggestOrder(container(gentle)).order).toBe('start-first')
})

test.each<[why: string, given: Given]>([
  ['it has no health check', { Config: {} }],
  ['it has no health check', { Config: { Healthcheck: { Test: ['NONE'] } } }],
  ["it uses the host's network", { HostConfig: { NetworkMode: 'host' } }],
  ["it uses another container's network", { HostConfig: { NetworkMode: 'container:x' } }],
  ['it is on no user-defined network', { HostConfig: { NetworkMode: 'bridge' }, Networks: { bridge: {} } }],
  ['it is on no user-defined network', { HostConfig: { NetworkMode: 'none' }, Networks: { none: {} } }],
  [
    'it publishes port 80/tcp on the host',
    { HostConfig: { NetworkMode: 'back', PortBindings: { '80/tcp': [{ HostPort: '' }] } } },
  ],
  ['it publishes its ports on the host', { HostConfig: { NetworkMode: 'back', PublishAllPorts: true } }],
  ['it has a static address on network back', { Networks: { back: { IPAMConfig: { IPv4Address: '10.1.0.9' } } } }],
  ['it has a static address on network back', { Config: { ...gentle.Config, MacAddress: '02:42:0a:01:00:09' } }],
  ['it has a host name of its own, which two copies would answer to', { Config: { ...gentle.Config, Hostname: 'db' } }],
  ['it is privileged and so has every device', { HostConfig: { NetworkMode: 'back', Privileged: true } }],
  ['it has a device', { HostConfig: { NetworkMode: 'back', Devices: [{ PathOnHost: '/dev/fuse' }] } }],
  ['it has a device', { HostConfig: { NetworkMode: 'back', DeviceRequests: [{ Count: -1 }] } }],
  ['it can write to the mount at /data', { Mounts: [{ Destination: '/data' }] }],
  ['it can write to the mount at /srv', { Mounts: [{ Type: 'bind', Destination: '/srv' }] }],
])('is stop-first because %s', (why, given) => {
  expect(suggestOrder(container({ ...gentle, ...given }))).toEqual({ order: 'stop-first', why })
})

test.each<[name: string, given: Given]>([
  ['a read-only mount', { Mounts: [{ Type: 'bind', Destination: '/etc/app', RW: false }] }],
  ['a tmpfs', { Mounts: [{ Type: 'tmpfs', Destination: '/tmp' }] }],
  ['an empty list of bindings', { HostConfig: { NetworkMode: 'back', PortBindings: { '80/tcp': null } } }],
])('%s is no obstacle', (_name, given) => {
  expect(suggestOrder(container({ ...gentle, ...given })).order).toBe('start-first')
})
