import { describe, expect, test } from 'vitest'
import type { ContainerInspect, ContainerState } from '../../clients/docker/shapes.ts'
import { healthBudgetMs } from './health-check.ts'
import { readInstance } from './instance-facts.ts'
import { formatRestartPolicy, parseRestartPolicy } from './restart-policy.ts'

const never = '0001-01-01T00:00:00Z'

function container(state: Partial<ContainerState>): ContainerInspect {
  return {
    Id: 'id',
    Name: '/web',
    Created: '',
    Image: 'sha256:1',
    RestartCount: 3,
    State: {
      Status: 'running',
      Running: true,
      Restarting: false,
      Paused: false,
      Dead: false,
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-01-01T00:00:00Z',
      FinishedAt: never,
      ...state,
    },
    Config: { Image: 'web:1' },
    HostConfig: {},
    NetworkSettings: {},
  }
}

const read = (state: Partial<ContainerState>) =>
  readInstance(container(state), { connected: true, stoppedByHand: false })

describe('an instance', () => {
  test.each([
    ['running', {}],
    ['restarting', { Status: 'restarting', Restarting: true }],
    ['paused', { Status: 'paused', Paused: true }],
    ['created', { Status: 'created', Running: false }],
    ['exited', { Status: 'exited', Running: false }],
    ['dead', { Status: 'removing', Running: false }],
  ] as const)('is %s', (status, state) => {
    expect(read(state).status).toBe(status)
  })

  test('that never started or ended has no such times', () => {
    expect(read({ StartedAt: never })).toMatchObject({ startedAt: null, finishedAt: null, name: 'web', restarts: 3 })
  })

  test.each([
    ['healthy', { Status: 'healthy' }],
    ['none', { Status: 'none' }],
    ['none', null],
  ] as const)('has health %s', (health, Health) => {
    expect(read({ Health }).health).toBe(health)
  })
})

test.each(['no', 'always', 'unless-stopped', 'on-failure', 'on-failure:3'])(
  '%s survives being read and written',
  (text) => {
    expect(formatRestartPolicy(parseRestartPolicy(text))).toBe(text)
  },
)

test('a container without a restart policy is not restarted', () => {
  expect([formatRestartPolicy(null), formatRestartPolicy({ Name: '' })]).toEqual(['no', 'no'])
})

test('a health check may need its start period, all its retries and the last timeout', () => {
  const second = 1e9
  const check = {
    Test: ['CMD', 'true'],
    Interval: 5 * second,
    Timeout: 3 * second,
    Retries: 2,
    StartPeriod: 10 * second,
  }

  expect(healthBudgetMs(check)).toBe(10_000 + 3 * 5000 + 3000)
  expect(healthBudgetMs({ Test: ['CMD', 'true'] })).toBe(4 * 30_000 + 30_000)
  expect(healthBudgetMs({ Test: ['NONE'], Interval: second })).toBe(0)
  expect(healthBudgetMs(null)).toBe(0)
})
