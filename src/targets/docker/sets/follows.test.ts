import { describe, expect, test } from 'vitest'
import { containerOf } from '../../../../test/fakes/container-of.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { followingOf } from './follows.ts'
import { relationsAmong } from './relations.ts'

const inside = { NetworkMode: 'container:vpn-id', RestartPolicy: { Name: 'always' } }

/**
 * @param gone names of containers that are not there any more, by id
 * @param kept that a rollout keeps
 * @param isDownByUs whether a restart of ours ended the last run of `app`
 */
function follow(
  app: ContainerInspect,
  others: readonly ContainerInspect[],
  {
    gone = {},
    kept = [],
    isDownByUs = false,
  }: Partial<{ gone: Readonly<Record<string, string>>; kept: readonly string[]; isDownByUs: boolean }> = {},
) {
  const all = [app, ...others]
  const found = followingOf(app, relationsAmong(all)(app), {
    ofGone: (id) => gone[id] ?? null,
    holder: (name) => all.find(({ Id, Name }) => Name === `/${name}` && !kept.includes(Id)) ?? null,
    keptName: ({ Id, Name }) => (kept.includes(Id) ? Name.slice(1).replace('.longshore-prev', '') : null),
    workloadOf: ({ Name }) => Name.slice(1),
    isDownByUs: ({ Id }) => isDownByUs && Id === app.Id,
  })
  return found === null
    ? null
    : found.kind === 'wait'
      ? found.reason.code
      : `${found.follow.how}${found.follow.isLeftStopped ? ', left stopped' : ''}`
}

test.each([
  ['was started before it', 5, 9, 'restart'],
  ['was started after it', 9, 5, null],
])('what lives in a network that %s', (_, started, provider, expected) => {
  expect(follow(containerOf('app', { host: inside, started }), [containerOf('vpn', { started: provider })])).toBe(
    expected,
  )
})

test.each([{ Links: ['/vpn:/app/tunnel'] }, { VolumesFrom: ['vpn'] }])(
  'one that outlasts a restart of the other need not follow that: %j',
  (host) => {
    expect(follow(containerOf('app', { host }), [containerOf('vpn', { started: 9 })])).toBeNull()
  },
)

describe('where the other is gone', () => {
  const app = containerOf('app', { host: { ...inside, NetworkMode: 'container:gone-id' } })
  const gone = { 'gone-id': 'vpn' }

  test('it follows the one that has its name now', () => {
    expect(follow(app, [containerOf('vpn')], { gone })).toBe('recreate')
  })

  test.each([
    ['nobody knows its name', [containerOf('vpn')], {}, 'PROVIDER_GONE'],
    ['none has its name', [], { gone }, 'PROVIDER_GONE'],
    ['the one with its name does not run', [containerOf('vpn', { started: null })], { gone }, 'PROVIDER_STOPPED'],
  ] as const)('and %s it waits', (_, others, given, expected) => {
    expect(follow(app, others, given)).toBe(expected)
  })

  test('as far as a rollout only keeps it, the same holds', () => {
    const kept = { ...containerOf('vpn.longshore-prev', { started: null }), Id: 'gone-id' }

    expect(follow(app, [containerOf('vpn'), kept], { kept: ['gone-id'] })).toBe('recreate')
  })

  test('one that was stopped is made anew too, since nobody could start it any more', () => {
    expect(follow({ ...app, State: { ...app.State, Running: false } }, [containerOf('vpn')], { gone })).toBe(
      'recreate, left stopped',
    )
  })
})

describe('of two of which one is gone', () => {
  const host = { ...inside, VolumesFrom: ['data'] }

  test('it follows the restart of the other, for which no volumes are looked for', () => {
    const app = containerOf('app', { host, started: 5 })

    expect(follow(app, [containerOf('vpn', { started: 9 })])).toBe('restart')
  })

  test('it waits for that one where it would have to be made anew', () => {
    const app = containerOf('app', { host: { ...host, NetworkMode: 'container:gone-id' } })

    expect(follow(app, [containerOf('vpn')], { gone: { 'gone-id': 'vpn' } })).toBe('PROVIDER_GONE')
  })
})

test('what waits says for which workloads that are there', () => {
  const vpn = containerOf('vpn', { started: null })
  const waitsFor = (host: typeof inside & { VolumesFrom?: string[] }) => {
    const app = containerOf('app', { host })
    const found = followingOf(app, relationsAmong([app, vpn])(app), {
      ofGone: () => null,
      holder: () => null,
      keptName: () => null,
      workloadOf: ({ Name }) => Name.slice(1),
      isDownByUs: () => false,
    })
    return found?.kind === 'wait' ? found.reason.waitsFor : null
  }

  expect(waitsFor(inside)).toEqual(['vpn'])
  expect(waitsFor({ ...inside, VolumesFrom: ['data'] })).toEqual(['vpn'])
  expect(waitsFor({ ...inside, NetworkMode: 'container:gone' })).toEqual([])
})

test('where the other does not run it waits', () => {
  expect(follow(containerOf('app', { host: inside }), [containerOf('vpn', { started: null })])).toBe('PROVIDER_STOPPED')
})

describe('one that does not run', () => {
  const vpn = containerOf('vpn', { started: 9 })
  const message = 'cannot join network of a non running container: vpn-id'

  test('was stopped by a person, and is left so', () => {
    expect(follow(containerOf('app', { host: inside, started: null }), [vpn])).toBeNull()
  })

  test.each([
    message,
    'failed to join PID namespace: No such container: vpn-id',
    'failed to create task: lstat /proc/4711/ns/pid: no such file or directory',
  ])('could not be started without the other, and follows (%s)', (error) => {
    expect(follow(containerOf('app', { host: inside, started: null, error }), [vpn])).toBe('restart')
  })

  test('and is not to be restarted by its own policy is left so', () => {
    const host = { ...inside, RestartPolicy: { Name: 'no' } }

    expect(follow(containerOf('app', { host, started: null, error: message }), [vpn])).toBeNull()
  })

  describe.each(['no', 'on-failure', 'always'])('and was ended by a restart of ours, under the policy %s,', (Name) => {
    const down = containerOf('app', { host: { ...inside, RestartPolicy: { Name } }, started: null })

    test.each([
      ['is started where the other runs', vpn, {}, 'restart'],
      ['waits where that does not', containerOf('vpn', { started: null }), {}, 'PROVIDER_STOPPED'],
      ['is made anew and started where that was', { ...vpn, Id: 'other' }, { 'vpn-id': 'vpn' }, 'recreate'],
    ] as const)('%s', (_, other, gone, expected) => {
      expect(follow(down, [other], { isDownByUs: true, gone })).toBe(expected)
    })
  })
})

describe('one with the volumes of another', () => {
  const shared = [{ Name: 'shared', Destination: '/shared' }]
  const other = [{ Name: 'other', Destination: '/shared' }]
  const vpn = containerOf('vpn', { mounts: other })

  test.each([
    ['follows where that has others', { VolumesFrom: ['vpn'] }, shared, 'recreate'],
    ['has nothing to follow where they are the same', { VolumesFrom: ['vpn'] }, other, null],
    ['keeps what it has there by its own wish', { VolumesFrom: ['vpn'], Binds: ['shared:/shared'] }, shared, null],
  ])('%s', (_, host, mounts, expected) => {
    expect(follow(containerOf('app', { host, mounts }), [vpn])).toBe(expected)
  })
})
