import { describe, expect, test } from 'vitest'
import { composeService } from '../../../test/fakes/compose-services.ts'
import type { HostConfig } from '../../clients/docker/shapes.ts'
import { followersOf, isFollowing, livesIn } from './followers.ts'

const web = composeService({ id: 'web-id' }, { number: 2, id: 'web-2-id' })

const sidecar = (HostConfig: HostConfig, change: { project?: string; service?: string } = {}) =>
  composeService({ service: 'sidecar', ...change, inspect: { HostConfig } })

describe('a service that lives in another', () => {
  test.each<[string, HostConfig]>([
    ['network', { NetworkMode: 'container:web-id' }],
    ['network of the second instance', { NetworkMode: 'container:web-2-id' }],
    ['processes', { PidMode: 'container:web-id' }],
    ['memory', { IpcMode: 'container:web-id' }],
    ['volumes', { VolumesFrom: ['web-id:rw'] }],
    ['volumes, by name', { VolumesFrom: ['shop-web-1'] }],
  ])('by its %s follows it', (_, host) => {
    const one = sidecar(host)

    expect(followersOf(web, [web, one])).toEqual(['sidecar'])
    expect(livesIn(one.members[0].container, web)).toBe(true)
  })

  test('is named once and in a fixed order among others', () => {
    const host = { NetworkMode: 'container:web-id' }
    const all = [sidecar(host), sidecar(host, { service: 'agent' }), sidecar({}, { service: 'db' }), web]

    expect(followersOf(web, all)).toEqual(['agent', 'sidecar'])
  })

  test('has those behind it that live in it, however far away, each after all of them that it lives in', () => {
    const all = [
      web,
      sidecar({ NetworkMode: 'container:shop-z-1-id', PidMode: 'container:web-id' }, { service: 'a' }),
      sidecar({ NetworkMode: 'container:shop-a-1-id' }, { service: 'far' }),
      sidecar({ NetworkMode: 'container:web-id' }, { service: 'z' }),
    ]

    expect(followersOf(web, all)).toEqual(['z', 'a', 'far'])
  })

  test('of another project is no follower', () => {
    expect(followersOf(web, [web, sidecar({ NetworkMode: 'container:web-id' }, { project: 'other' })])).toEqual([])
  })

  test.each<[string, HostConfig, boolean]>([
    ['lives in what is there', { NetworkMode: 'container:web-id' }, true],
    ['lives in what was replaced', { NetworkMode: 'container:gone-id' }, false],
    [
      'lives in what was replaced, and in what is there',
      { NetworkMode: 'container:gone-id', PidMode: 'container:web-id' },
      false,
    ],
    ['lives in one that is no service of it too', { NetworkMode: 'container:web-id', VolumesFrom: ['vpn'] }, true],
    ['lives in no container', { NetworkMode: 'shop_default' }, true],
  ])('that %s', (_, host, isAsIs) => {
    expect(isFollowing(sidecar(host).members[0].container, [web], ['vpn', 'vpn-id'])).toBe(isAsIs)
  })
})
