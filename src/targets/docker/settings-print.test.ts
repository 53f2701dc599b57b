import { describe, expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import type { EndpointSettings, HostConfig } from '../../clients/docker/shapes.ts'
import { settingsPrint } from './settings-print.ts'

const print = (host: HostConfig, networks: Readonly<Record<string, EndpointSettings>>): string =>
  settingsPrint(container({ HostConfig: host, Networks: networks }))

const host = {
  NetworkMode: 'front',
  Memory: 0,
  CpusetCpus: '',
  RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
}
const networks = { front: { Aliases: ['web', 'www'], IPAddress: '172.18.0.2', MacAddress: '02:42:ac:12:00:02' } }
const before = print(host, networks)

describe('what an owner was given is told apart', () => {
  test.each<[string, HostConfig, Readonly<Record<string, EndpointSettings>>]>([
    ['with more memory', { ...host, Memory: 2 ** 28 }, networks],
    ['on another network too', host, { ...networks, back: {} }],
    ['off a network', host, {}],
    ['under another alias', host, { front: { ...networks.front, Aliases: ['web'] } }],
    ['under a static address', host, { front: { ...networks.front, IPAMConfig: { IPv4Address: '172.18.0.9' } } }],
  ])('%s', (_, changed, on) => {
    expect(print(changed, on)).not.toBe(before)
  })
})

describe('what nobody chose is not', () => {
  test.each<[string, HostConfig, Readonly<Record<string, EndpointSettings>>]>([
    ['after another start', host, { front: { ...networks.front, IPAddress: '', MacAddress: '', EndpointID: 'x' } }],
    ['with its fields in another order', Object.fromEntries(Object.entries(host).toReversed()), networks],
    ['with its aliases in another order', host, { front: { ...networks.front, Aliases: ['www', 'web'] } }],
    ['where the engine leaves out what is empty', { NetworkMode: 'front', Memory: 0, Binds: null }, networks],
    ['by its restart policy, which is told by itself', { ...host, RestartPolicy: { Name: 'no' } }, networks],
  ])('%s', (_, changed, on) => {
    expect(print(changed, on)).toBe(before)
  })
})

test('the bridge of an engine that was started again is the same', () => {
  const onBridge = (id: string) => print({ NetworkMode: 'bridge' }, { bridge: { NetworkID: id } })

  expect(onBridge('one')).toBe(onBridge('another'))
})
