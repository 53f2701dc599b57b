import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import { settingChanges } from './setting-changes.ts'

const first = {
  Env: ['GONE=secret-1', 'MOVED=secret-2', 'SAME=secret-3'],
  Cmd: ['serve'],
  User: '1000',
  ExposedPorts: { '80/tcp': {}, '90/tcp': {} },
  Volumes: { '/data': {} },
  Labels: { version: '1' },
  Healthcheck: { Test: ['CMD', 'probe'], Interval: 5 },
}
const second = {
  Env: ['MOVED=secret-4', 'NEW=secret-5', 'SAME=secret-3'],
  Cmd: ['serve', '--fast'],
  Entrypoint: ['/entry'],
  WorkingDir: '/srv',
  StopSignal: 'SIGQUIT',
  ExposedPorts: { '81/tcp': {} },
  Volumes: { '/cache': {} },
  Labels: { version: '2' },
  Healthcheck: { Interval: 5, Test: ['CMD', 'probe', '-v'] },
}

test('names every value that the new image changes, and never the value of a variable', () => {
  const old = container({
    Config: first,
    HostConfig: { PortBindings: { '90/tcp': [{ HostPort: '9090' }] } },
    Mounts: [{ Destination: '/data', Name: 'x' }],
  })

  const changes = settingChanges(old, first, second)

  expect(changes).toEqual([
    { setting: 'env GONE', from: '(set)', to: '(unset)' },
    { setting: 'env MOVED', from: '(set)', to: '(changed)' },
    { setting: 'command', from: '["serve"]', to: '["serve","--fast"]' },
    { setting: 'user', from: '1000', to: '(unset)' },
    { setting: 'port 80/tcp', from: 'exposed', to: '(unset)' },
    { setting: 'label version', from: '1', to: '2' },
    {
      setting: 'health check',
      from: '{"Interval":5,"Test":["CMD","probe"]}',
      to: '{"Interval":5,"Test":["CMD","probe","-v"]}',
    },
    { setting: 'env NEW', from: '(unset)', to: '(set)' },
    { setting: 'entrypoint', from: '(unset)', to: '["/entry"]' },
    { setting: 'working directory', from: '(unset)', to: '/srv' },
    { setting: 'port 81/tcp', from: '(unset)', to: 'exposed' },
    { setting: 'volume /cache', from: '(unset)', to: 'new, anonymous' },
    { setting: 'stop signal', from: '(unset)', to: 'SIGQUIT' },
  ])
})

test('is silent about what the user set, what stays mounted, and our own labels', () => {
  const own = {
    Env: ['MOVED=mine', 'NEW=mine', 'GONE=mine', 'SAME=mine'],
    Entrypoint: ['/mine'],
    User: 'root',
    WorkingDir: '/',
    StopSignal: 'SIGTERM',
    ExposedPorts: { '80/tcp': {}, '81/tcp': {} },
    Volumes: { '/data': {} },
    Labels: { version: 'mine', 'longshore.operation': 'one' },
    Healthcheck: { Test: ['NONE'], Interval: 5 },
  }
  const old = container({
    Config: own,
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
    Mounts: [{ Destination: '/data' }, { Type: 'bind', Destination: '/cache' }],
  })

  expect(settingChanges(old, first, second)).toEqual([])
})

test('cuts a long value short', () => {
  const [change] = settingChanges(container(), {}, { Labels: { text: 'x'.repeat(999) } })

  expect(change?.to.length).toBe(201)
})
