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

  test('of another project is no follower', () => {
    expect(followersOf(web, [web, sidecar({ NetworkMode: 'container:web-id' }, { project: 'other' })])).toEqual([])
  })

  test('follows no longer when what it lives in was replaced', () => {
    const left = sidecar({ NetworkMode: 'container:gone-id' }).members[0].container
    const free = sidecar({ NetworkMode: 'shop_default' }).members[0].container

    expect(isFollowing(left, web)).toBe(false)
    expect(isFollowing(free, web)).toBe(true)
  })
})
