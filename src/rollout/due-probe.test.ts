import { expect, test } from 'vitest'
import { ended, running } from '../../test/fakes/decide-input.ts'
import { dueProbe } from './due-probe.ts'
import type { Rollout } from './rollout.ts'

const probe = { kind: 'tcp', port: 80 } as const
const base = ended('succeeded', running, 0)

test.each<[boolean, string, Partial<Rollout>]>([
  [true, 'before the verdict', { stage: 'forward' }],
  [true, 'in the second look of start-first', { stage: 'passed', order: 'start-first', attempted: ['connect-new'] }],
  [false, 'once that is over', { stage: 'passed', order: 'start-first', attempted: ['connect-new', 'disarm-old'] }],
  [false, 'after the verdict of stop-first', { stage: 'passed', order: 'stop-first' }],
  [false, 'on the way back', { stage: 'back' }],
  [false, 'while the old one is kept', { stage: 'kept' }],
])('a probe is due: %s, %s', (isDue, _, change) => {
  const rollout: Rollout = { ...base, ...change, gate: { ...base.gate, probe } }

  expect(dueProbe(rollout)).toEqual(isDue ? probe : null)
})
