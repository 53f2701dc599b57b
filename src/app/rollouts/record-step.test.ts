import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { HookResult } from '../../rollout/hooks.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { recordStep } from './record-step.ts'

const hook = (name: string, moment: HookResult['moment']): HookResult => ({
  moment,
  name,
  outcome: 'done',
  exitCode: 0,
  output: '',
  sentence: 'it ended',
  at: '2026-01-01T00:00:00.000Z',
})

test('what was missed while the state was away is all told, each hook before the end of the rollout', async () => {
  const store = createMemoryStore()
  const told: string[] = []
  const before = { ...serviceRollout(), hookResults: [hook('dump', 'beforeRollout')] }
  const reason = { code: 'GATE_EXITED', sentence: 'it ended' }
  const after: Rollout = {
    ...before,
    stage: 'ended',
    outcome: 'rolled-back',
    reason,
    endedAt: '2026-01-01T00:10:00.000Z',
    hookResults: [...before.hookResults, hook('restore', 'beforeRollback'), hook('warm', 'afterRollback')],
  }

  const onHook = (_: Rollout, { name }: HookResult): void => void told.push(name)
  await recordStep({ store, clock: startFakeClock(), onHook }, before, after, 'R', null)

  const entries = (await store.history({ limit: 10 })).toReversed()
  expect(entries.map(({ kind }) => kind)).toEqual(['hook', 'hook', 'rollout-ended'])
  expect(entries.map(({ reason: { sentence } }) => sentence)).toEqual([
    expect.stringContaining('restore'),
    expect.stringContaining('warm'),
    'it ended',
  ])
  expect(told).toEqual(['restore', 'warm'])
})
