import { describe, expect, test } from 'vitest'
import { blankInstance } from '../../test/fakes/instance-facts.ts'
import type { InstanceFacts } from './facts.ts'
import { judge, startGate, type Gate, type Verdict } from './gate.ts'

const gate: Gate = { stableMs: 1000, minUptimeMs: 3000, deadlineMs: 10_000, restartsMax: 0, probe: null }
const startedAt = '2026-01-01T00:00:00Z'
const instance: InstanceFacts = {
  ...blankInstance,
  id: 'id',
  name: 'web',
  status: 'running',
  image: 'sha256:1',
  startedAt,
}

/** Looks every half second at what `look` shows then, until the gate has an answer. */
function pass(look: (ms: number) => Partial<InstanceFacts>): { verdict: Verdict; ms: number } {
  let progress = startGate(0, startedAt)
  for (let ms = 0; ms <= 20_000; ms += 500) {
    const judged = judge(gate, progress, { ...instance, ...look(ms) }, 'no', ms)
    if (judged.verdict.kind !== 'pending') return { verdict: judged.verdict, ms }
    progress = judged.progress
  }
  throw new Error('the gate never answered')
}

const answers = { health: 'healthy', probe: 'it answered' } as const
const silent = { health: 'starting', probe: 'status 500' } as const

describe('the gate is passed', () => {
  test.each([
    ['healthy', { health: 'healthy' }, 1000, 'GATE_PASSED', 'it has been healthy for 1 s'],
    ['answering its probe', answers, 1000, 'GATE_PASSED_PROBE', 'its probe has answered for 1 s'],
    ['up', {}, 3000, 'GATE_PASSED_WEAK', 'it has run for 3 s; it has no health check, so this proof is weak'],
  ] as const)('by a version that has been %s', (_, facts, ms, code, sentence) => {
    expect(pass(() => facts)).toEqual({ verdict: { kind: 'passed', reason: { code, sentence } }, ms })
  })

  test('only after the probe has answered without a break', () => {
    const { ms } = pass((at) => (at < 2000 || at === 2500 ? silent : answers))

    expect(ms).toBe(4000)
  })
})

describe('the gate is failed', () => {
  test.each([
    ['whose probe never answers', silent, 'its probe had not answered long enough within 10 s; last: status 500'],
    ['that never becomes healthy', { health: 'starting' }, 'it had not been healthy long enough within 10 s'],
    ['that does not stay up', { status: 'restarting' }, 'it had not stayed up long enough within 10 s'],
    [
      'whose end the engine calls unhealthy while it waits for the restart',
      { status: 'restarting', health: 'unhealthy' },
      'it had not been healthy long enough within 10 s',
    ],
  ] as const)('at the deadline by a version %s', (_, facts, sentence) => {
    expect(pass(() => facts)).toEqual({
      verdict: { kind: 'failed', reason: { code: 'GATE_DEADLINE', sentence } },
      ms: 10_000,
    })
  })

  test.each([
    ['is unhealthy', { health: 'unhealthy' }, 'GATE_UNHEALTHY'],
    ['ends, whatever its probe said', { ...answers, status: 'exited', exitCode: 3 }, 'GATE_EXITED'],
  ] as const)('at once by a version that %s', (_, facts, code) => {
    expect(pass(() => facts)).toMatchObject({ verdict: { kind: 'failed', reason: { code } }, ms: 0 })
  })
})

describe('a version that a person paused', () => {
  test('is left to them once its time is over, and is not to blame', () => {
    expect(pass(() => ({ status: 'paused', health: 'healthy' }))).toEqual({
      verdict: { kind: 'stopped-by-hand' },
      ms: 10_000,
    })
  })

  test('for a moment goes on with its gate', () => {
    const { verdict, ms } = pass((at) => (at < 2000 ? { status: 'paused' } : {}))

    expect(verdict.kind).toBe('passed')
    expect(ms).toBe(5000)
  })
})

test('an engine that takes long to answer does not keep the gate open for good', () => {
  let progress = startGate(0, startedAt)
  const verdicts: string[] = []
  for (let ms = 0; ms <= 40_000; ms += 8000) {
    const judged = judge({ ...gate, minUptimeMs: 9000 }, progress, instance, 'no', ms)
    progress = judged.progress
    verdicts.push(judged.verdict.kind)
  }

  expect(verdicts.slice(0, 3)).toEqual(['pending', 'pending', 'passed'])
})

test('a clock that is set back shortens nothing', () => {
  const first = judge(gate, startGate(0, startedAt), instance, 'no', 0)
  const set = judge(gate, first.progress, instance, 'no', -3_600_000)
  const next = judge(gate, set.progress, instance, 'no', -3_600_000 + 2900)

  expect([set.verdict.kind, next.verdict.kind]).toEqual(['pending', 'pending'])
})
