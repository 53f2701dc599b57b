import { expect, test } from 'vitest'
import { decided, rolled } from '../../../test/fakes/control.ts'
import { digest, ended, newer, row } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { endOf, readProgress, type Progress } from './read-progress.ts'

const workload = 'local/container/web'
const later = '2026-11-20T12:00:05.000Z'
const old = rolled({ id: 'rollout-0' })
const before: Progress = { workload, saidAt: null, decision: decided('current', 'CURRENT'), rollout: old }

test.each<readonly [what: string, now: Partial<Progress>]>([
  ['nothing has changed', {}],
  ['the rollout before has been cleared up', { rollout: { ...old, stage: 'ended' } }],
  [
    'a rollout is under way',
    { decision: decided('outdated', 'PIN_DUE', later), rollout: rolled({ stage: 'forward' }) },
  ],
  ['one is on its way back', { decision: decided('outdated', 'PIN_DUE', later), rollout: rolled({ stage: 'back' }) }],
  ['one has ended and nothing was decided since', { rollout: rolled() }],
  ['the tag is yet to be looked up', { decision: decided('unknown', 'NOT_SCANNED', later) }],
  ['a rollout waits for its turn', { decision: decided('outdated', 'DIGEST_MOVED', later) }],
  [
    'what was decided is from before it',
    { decision: decided('current', 'CURRENT', later), saidAt: '2026-11-20T12:00:06.000Z' },
  ],
  ['a rollout is open by the last decision', { decision: decided('rolling-out', 'ROLLOUT_OPEN', later) }],
])('a word has not ended while %s', (_what, now) => {
  expect(endOf(before, { ...before, ...now })).toBeNull()
})

test.each<readonly [what: string, now: Partial<Progress>, rollout: string | null]>([
  ['it runs what is wanted', { decision: decided('current', 'PINNED', later) }, null],
  ['it is held', { decision: decided('held', 'ROLLOUTS_PAUSED', later) }, null],
  ['the registry would not tell', { decision: decided('unknown', 'REGISTRY_UNAVAILABLE', later) }, null],
  ['it may never be rolled out', { decision: decided('outdated', 'NOTIFY_ONLY', later) }, null],
  ['it was rolled out', { decision: decided('current', 'PINNED', later), rollout: rolled() }, 'rollout-1'],
  [
    'the old version is kept',
    { decision: decided('current', 'X', later), rollout: rolled({ stage: 'kept' }) },
    'rollout-1',
  ],
  ['that was decided at the same moment', { decision: decided('current', 'CURRENT', later), saidAt: later }, null],
  ['the workload is gone', { decision: decided('ignored', 'GONE') }, null],
  ['its rollout failed', { decision: decided('outdated', 'RETRY_LATER', later), rollout: rolled() }, 'rollout-1'],
])('a word has ended once %s', (_what, now, rollout) => {
  const end = endOf(before, { ...before, ...now })

  expect(end?.decision).toEqual(now.decision)
  expect(end?.rollout?.id ?? null).toBe(rollout)
})

test('tells the latest rollout, without what only the target may know', async () => {
  const { app, store } = startFollowed([])
  const rollout = ended('rolled-back', newer, 10)
  const pinned = { workload: rollout.workload, rollout: null, actor: 'ada', at: later, kind: 'pin' } as const
  const told = { reason: { code: 'PINNED', sentence: '' }, fromDigest: null, toDigest: null }
  await store.addHistory({ ...told, ...pinned })
  await store.addHistory({
    ...told,
    ...pinned,
    rollout: rollout.id,
    kind: 'rollout-started',
    at: '2026-11-20T12:01:00Z',
  })
  await store.saveRollout(rollout)
  const reason = { code: 'QUARANTINED', sentence: 'it failed' }
  await store.saveWorkload({ ...row(), state: 'held', reason, candidate: newer, decidedAt: later })

  expect(await readProgress(app, 'web')).toEqual({
    workload: rollout.workload,
    saidAt: later,
    decision: { state: 'held', reason, candidate: newer, at: later },
    rollout: {
      id: rollout.id,
      stage: rollout.stage,
      step: rollout.step,
      order: rollout.order,
      outcome: 'rolled-back',
      reason: rollout.reason,
      fromDigest: rollout.fromDigest,
      digest: newer,
      gapMs: rollout.gapMs,
      logTail: rollout.logTail,
    },
  })
})

test('finds a workload that was never decided about', async () => {
  const { app } = startFollowed([workloadAt('registry.test', 'shop', digest('1'))])

  expect(await readProgress(app, 'shop')).toEqual({
    workload: 'local/container/shop',
    saidAt: null,
    decision: null,
    rollout: null,
  })
})
