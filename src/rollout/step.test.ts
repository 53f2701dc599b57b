import { describe, expect, test } from 'vitest'
import { composeRollout } from '../../test/fakes/compose-change.ts'
import { blankInstance } from '../../test/fakes/instance-facts.ts'
import type { InstanceFacts } from './facts.ts'
import type { EffectKind } from './rollout.ts'
import { goBack, hasCompleted, hasTouchedOld, isUp, needsHuman, timesAttempted, timesFailed } from './step.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const rollout = composeRollout({ step: 'J4', attempted: ['edit', 'up', 'up'], failures: ['up'] })

test('what a person has to see to ends at once, under its latest step, and says that nothing was removed', () => {
  expect(needsHuman(rollout, now, 'the old version could not be brought back')).toEqual({
    kind: 'change',
    step: 'J4',
    rollout: {
      ...rollout,
      stage: 'ended',
      outcome: 'needs-human',
      endedAt: '2026-11-20T12:00:00.000Z',
      reason: {
        code: 'NEEDS_HUMAN',
        sentence: 'the old version could not be brought back; nothing was removed',
      },
    },
  })
})

test('the way back begins with its verdict, and with nothing remembered of a look before', () => {
  const checking = { ...rollout, checkProgress: null }
  const reason = { code: 'GATE_EXITED', sentence: 'it ended' }

  expect(goBack(checking, 'rolled-back', reason, true)).toEqual({
    kind: 'change',
    step: 'R',
    rollout: { ...checking, stage: 'back', outcome: 'rolled-back', reason, candidateAtFault: true },
  })
  expect(goBack(checking, 'superseded', reason).rollout.candidateAtFault).toBe(false)
})

test('tries and failures of an effect are counted by its kind', () => {
  expect([timesAttempted(rollout, 'up'), timesAttempted(rollout, 'add')]).toEqual([2, 0])
  expect([timesFailed(rollout, 'up'), timesFailed(rollout, 'edit')]).toEqual([1, 0])
})

describe('the old version counts as touched', () => {
  test.each<EffectKind>(['disarm-old', 'stop-old', 'rename-old', 'up', 'add', 'remove-one', 'up-old'])(
    'after %s',
    (kind) => {
      expect(hasTouchedOld(composeRollout({ attempted: ['pull', kind] }))).toBe(true)
    },
  )

  test('after another `up` that failed half way, and is tried again', () => {
    expect(hasTouchedOld(composeRollout({ attempted: ['pull', 'edit'], failures: ['up-old'] }))).toBe(true)
  })

  test('not by what leaves it alone', () => {
    const attempted: EffectKind[] = [
      'pull',
      'protect',
      'capture',
      'edit',
      'move-tag',
      'create',
      'edit-back',
      'tag-back',
    ]

    expect(hasTouchedOld(composeRollout({ attempted }))).toBe(false)
  })
})

describe('an instance', () => {
  const instance = (change: Partial<InstanceFacts>): InstanceFacts => ({
    ...blankInstance,
    id: 'id',
    name: 'web',
    status: 'running',
    image: 'sha256:new',
    ...change,
  })

  test.each<[InstanceFacts['status'], boolean]>([
    ['running', true],
    ['restarting', true],
    ['paused', true],
    ['created', false],
    ['exited', false],
    ['dead', false],
  ])('that is %s counts as up: %s', (status, expected) => {
    expect(isUp(instance({ status }))).toBe(expected)
  })

  test.each<[string, number, boolean]>([
    ['no', 0, true],
    ['on-failure', 0, true],
    ['on-failure:3', 0, true],
    ['always', 0, false],
    ['unless-stopped', 0, false],
    ['no', 1, false],
  ])('whose owner restarts it by %s has done what it is for with exit code %i: %s', (restart, exitCode, expected) => {
    expect(hasCompleted(composeRollout({ restart }), instance({ status: 'exited', exitCode }))).toBe(expected)
  })
})
