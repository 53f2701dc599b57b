import { describe, expect, test } from 'vitest'
import { composeFacts, composeRollout, ended, instance } from '../../test/fakes/compose-facts.ts'
import { blankInstance } from '../../test/fakes/instance-facts.ts'
import { planned } from '../../test/fakes/planned.ts'
import { serviceFacts, serviceRollout } from '../../test/fakes/service-facts.ts'
import { backWaitLeftMs, tryNow } from './back-wait.ts'
import type { ReplaceFacts, RolloutFacts } from './facts.ts'
import { attempt, fail, nextStep, succeed } from './machine.ts'
import type { EffectKind, Rollout } from './rollout.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const full = { isCandidateAtFault: false, code: 'TARGET_FAILED', sentence: 'no space left on device' }

const composed = composeRollout({ stage: 'back', outcome: 'failed' })
const attempted: readonly EffectKind[] = [...composed.attempted, 'up']
const down = composeFacts({
  olds: [],
  news: [instance('new', { ...ended(1), image: 'sha256:new' })],
  definition: 'before',
})
const told = serviceRollout({ stage: 'back', outcome: 'failed', attempted: ['capture', 'update-service'] })

/** What comes of an effect that is refused so often, each time that it may be tried again. */
function refuse(start: Rollout, facts: RolloutFacts, kind: EffectKind, times: number): Rollout {
  let [rollout, at] = [start, now]
  for (let n = 0; n < times; n += 1) {
    const step = nextStep(rollout, facts, at)
    expect(step).toMatchObject({ kind: 'effect', effect: kind })
    rollout = fail(attempt(step.rollout, 'R', kind), kind, full, at)
    at += backWaitLeftMs(rollout, at)
  }
  return rollout
}

describe.each<[string, Rollout, RolloutFacts, EffectKind]>([
  ['Compose', { ...composed, attempted }, down, 'up-old'],
  ['an orchestrator', told, serviceFacts({ told: 'after' }), 'revert-service'],
])('where %s does not bring the old version back', (_, rollout, facts, kind) => {
  test('it is asked for again as long as that is so, and remembers no more for it', () => {
    const refused = refuse(rollout, facts, kind, 200)

    expect(nextStep(refused, facts, now)).toMatchObject({ kind: 'effect', effect: kind })
    expect(refused.backWait).toMatchObject({ effect: kind, tries: 200, since: '2026-11-20T12:00:00.000Z' })
    expect(refused.attempted).toEqual(rollout.attempted)
    expect(refused.failures).toEqual([kind])
  })

  test('nothing is left of that once it has', () => {
    expect(succeed(refuse(rollout, facts, kind, 3), kind, now)).not.toHaveProperty('backWait')
  })
})

test.each([
  [1, 500],
  [5, 500],
  [6, 10_000],
  [7, 20_000],
  [10, 160_000],
  [11, 300_000],
  [99, 300_000],
])('after %i failures in a row it waits for %i ms', (times, ms) => {
  const { backWait, ...others } = refuse({ ...composed, attempted }, down, 'up-old', times)
  const at = Date.parse(backWait?.until ?? '') - ms

  const waiting = { ...others, ...(backWait && { backWait }) }
  expect(backWaitLeftMs(waiting, at)).toBe(ms)
  expect(backWaitLeftMs(waiting, at - 600_000)).toBe(0)
  expect(backWaitLeftMs(tryNow(waiting), at)).toBe(0)
})

describe('what is given up', () => {
  const up = { ...blankInstance, status: 'running', image: 'sha256:old', startedAt: '2026-11-20T11:00:00Z' } as const
  const both: ReplaceFacts = {
    old: { ...up, id: 'old', name: 'web' },
    new: { ...up, id: 'new', name: 'web.longshore-next', image: 'sha256:new' },
    candidateImage: 'sha256:new',
    tagImage: null,
    isTagShared: false,
    isProtected: true,
    nameHolder: 'old',
  }
  const turned: Rollout = {
    ...planned('web', now, { restart: 'always', order: 'start-first' }),
    stage: 'back',
    outcome: 'failed',
    attempted: ['pull', 'create', 'start-new', 'disarm-old'],
  }

  test('stays so while something else fails', () => {
    let rollout = refuse(turned, both, 'stop-new', 12)
    rollout = refuse(rollout, both, 'arm-old', 6)

    expect(nextStep(rollout, both, now).rollout).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
  })
})
