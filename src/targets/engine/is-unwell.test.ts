import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import type { ContainerState } from '../../clients/docker/shapes.ts'
import { isUnwell } from './is-unwell.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const up = { Status: 'running', Running: true, Restarting: false, Paused: false } as const
const seconds = (ago: number) => new Date(now - ago * 1000).toISOString()

test.each<[string, Partial<ContainerState>, number, boolean]>([
  ['runs well', { ...up, StartedAt: seconds(60), Health: { Status: 'healthy' } }, 0, false],
  ['is still starting', { ...up, StartedAt: seconds(1), Health: { Status: 'starting' } }, 0, false],
  ['fails its health check', { ...up, StartedAt: seconds(60), Health: { Status: 'unhealthy' } }, 0, true],
  ['waits for its next start', { ...up, Restarting: true, StartedAt: seconds(60) }, 1, true],
  ['was started over and over, a moment ago at last', { ...up, StartedAt: seconds(1) }, 3, true],
  ['was, and runs since', { ...up, StartedAt: seconds(60) }, 9, false],
  ['was started again once', { ...up, StartedAt: seconds(1) }, 1, false],
  ['does not run', { ...up, Status: 'exited', Running: false, Health: { Status: 'unhealthy' } }, 9, false],
  ['is paused', { ...up, Paused: true, Health: { Status: 'unhealthy' } }, 0, false],
])('one that %s', (_, state, RestartCount, expected) => {
  const made = container()

  expect(isUnwell({ State: { ...made.State, ...state }, RestartCount }, now)).toBe(expected)
})
