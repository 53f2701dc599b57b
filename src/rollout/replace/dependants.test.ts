import { describe, expect, test } from 'vitest'
import { ended, now, running } from '../../../test/fakes/decide-input.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { Dependant } from '../dependant.ts'
import type { ReplaceFacts } from '../facts.ts'
import { dependantsTakenOver, restoreDependants, startDependants } from './dependants.ts'
import { judgeSet } from './set-gate.ts'

const passed = { kind: 'passed', reason: { code: 'GATE_PASSED', sentence: 'it ran for 10 s' } } as const

const plan: Dependant = {
  instance: 'app',
  name: 'app',
  image: 'sha256:app',
  restart: 'no',
  wasRunning: true,
  by: ['network'],
}

test.each([
  ['ran and runs', {}, 'running', null],
  ['ran and is down', {}, 'exited', 'STOPPED_BY_HAND'],
  ['was stopped and runs', { wasRunning: false }, 'running', 'STARTED_BY_HAND'],
  ['was down though nobody had stopped it, and is', { isDown: true }, 'exited', null],
  ['ran and is paused', {}, 'paused', 'PAUSED_BY_HAND'],
  ['was down so and runs', { isDown: true }, 'running', 'STARTED_BY_HAND'],
] as const)('of a dependant that %s a person’s word is told', (_, change, status, code) => {
  const old = { ...blankInstance, id: 'app', name: 'app', status }
  const facts = { plan: { ...plan, ...change }, old, new: null, isBehind: false, nameHolder: 'app' }

  expect(dependantsTakenOver({ dependants: [facts] })?.code ?? null).toBe(code)
})

describe('one that was down before, and cannot be started for a reason of its own,', () => {
  const down = { ...plan, isDown: true }
  const made = { ...blankInstance, id: 'app', name: 'app', status: 'created' } as const
  const rollout = { ...ended(null, running, 10), stage: 'forward', endedAt: null, dependants: [down] } as const
  const six = <Kind>(kind: Kind): readonly Kind[] => Array<Kind>(6).fill(kind)

  test('is left to itself beside the new version', () => {
    const seen = { dependants: [{ plan: down, old: null, new: made, isBehind: false, nameHolder: 'app' }] } as const
    const facts = seen as unknown as ReplaceFacts // all that is read of them

    expect(startDependants(rollout, facts)).toMatchObject({ effect: 'start-dependants' })
    expect(startDependants({ ...rollout, attempted: ['start-dependants'] }, facts)).toBeNull()
    expect(judgeSet(rollout, facts, passed, now).verdict).toMatchObject({
      kind: 'passed',
      reason: { sentence: expect.stringContaining('app had nothing to prove') },
    })
  })

  test('needs nobody on the way back', () => {
    const old = { ...made, status: 'exited', restart: 'no', exitCode: 127 } as const
    const back = { ...rollout, stage: 'back', attempted: six('start-old-dependants' as const) } as const
    const factsOf = (of: Dependant) =>
      ({ dependants: [{ plan: of, old, new: null, isBehind: false, nameHolder: 'app' }] }) as unknown as ReplaceFacts

    expect(restoreDependants(back, factsOf(down), now)).toBeNull()
    expect(restoreDependants(back, factsOf(plan), now)).toMatchObject({ rollout: { outcome: 'needs-human' } })
  })
})
