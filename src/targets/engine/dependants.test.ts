import { expect, test } from 'vitest'
import { containerOf } from '../../../test/fakes/container-of.ts'
import { dependencies, refersTo, rewired } from './dependants.ts'

const host = {
  NetworkMode: 'container:one',
  PidMode: 'container:two',
  IpcMode: 'container:three',
  VolumesFrom: ['four:ro', 'five'],
  Links: ['/six:/own/alias', 'seven:other'],
  Privileged: false,
}

test('every container that settings refer to is named anew, and nothing else changes', () => {
  expect(rewired(host, ({ on, by }) => `${on}-${by}`)).toEqual({
    NetworkMode: 'container:one-network',
    PidMode: 'container:two-processes',
    IpcMode: 'container:three-memory',
    VolumesFrom: ['four-volumes:ro', 'five-volumes'],
    Links: ['six-link:alias', 'seven-link:other'],
    Privileged: false,
  })
})

test('settings that refer to none stay as they are', () => {
  const plain = { NetworkMode: 'bridge', PidMode: 'host', IpcMode: 'private', VolumesFrom: null, Links: null }

  expect(rewired(plain, () => 'never')).toEqual(plain)
  expect(dependencies({ HostConfig: plain })).toEqual([])
})

test('a reference is a name, an id or the beginning of one', () => {
  const web = { ...containerOf('web'), Id: `abcdef${'0'.repeat(58)}` }

  expect(['web', web.Id, 'abcdef', 'abcdef00'].map((on) => refersTo(on, web))).toEqual([true, true, true, true])
  expect(['we', 'abcde', 'bcdef0', ''].map((on) => refersTo(on, web))).toEqual([false, false, false, false])
})
