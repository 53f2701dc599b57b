import { expect, test } from 'vitest'
import { ago, decideInput, ended, newer, observed, running, workload } from '../../../test/fakes/decide-input.ts'
import type { DecideInput } from './decide-input.ts'
import { decide } from './decide.ts'

const job = { ...workload, isJob: true }
const current: Partial<DecideInput> = { workload: job, observation: observed(running) }

test.each<readonly [string, Partial<DecideInput>, string, string]>([
  ['whose latest start failed is not well', { rollouts: [ended('failed', running, 5)] }, 'held', 'JOB_FAILED'],
  ['of which the version failed, neither', { rollouts: [ended('rolled-back', running, 5)] }, 'held', 'JOB_FAILED'],
  ['is, once somebody said so', { rollouts: [ended('failed', running, 5)], lastWordAt: ago(1) }, 'current', 'CURRENT'],
  ['that came to its end is', { rollouts: [ended('succeeded', running, 5)] }, 'current', 'CURRENT'],
  ['is, where another version failed', { rollouts: [ended('failed', newer, 5)] }, 'current', 'CURRENT'],
  [
    'is, once another try of it came to its end',
    { workload: { ...job, isJobDone: true }, rollouts: [ended('failed', running, 5)] },
    'current',
    'CURRENT',
  ],
  [
    'is not, while another try has yet to',
    { workload: { ...job, isJobDone: false, isJobRunning: true }, rollouts: [ended('failed', running, 5)] },
    'held',
    'JOB_FAILED',
  ],
  ['that was never rolled out is', {}, 'current', 'CURRENT'],
  ['but not what is none', { workload, rollouts: [ended('failed', running, 5)] }, 'current', 'CURRENT'],
])('a job %s', (_, change, state, code) => {
  expect(decide(decideInput({ ...current, ...change }))).toMatchObject({ state, reason: { code }, isRolloutDue: false })
})
