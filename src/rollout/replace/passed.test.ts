import { expect, test } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { parseDigest } from '../../image/digest.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import { planRollout } from '../plan.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import { passed } from './passed.ts'

const now = Date.parse('2026-11-20T12:10:00Z')

const old: InstanceFacts = {
  ...blankInstance,
  id: 'old',
  name: 'web',
  status: 'running',
  restart: 'always',
  image: 'sha256:old',
  health: 'healthy',
  startedAt: '2026-11-20T12:00:00Z',
}
const fresh: InstanceFacts = { ...old, id: 'new', name: 'web.longshore-next', restart: 'no', image: 'sha256:new' }
const renamed: InstanceFacts = { ...old, name: 'web.longshore-prev' }

const rollout: Rollout = {
  ...planRollout({
    id: 'operation-1',
    workload: 'local/container/web',
    target: 'local',
    name: 'web',
    procedure: 'replace',
    oldInstance: 'old',
    scale: 1,
    image: 'web:1',
    fromReference: 'web:1',
    definition: null,
    repository: 'web',
    tag: '1',
    digest: parseDigest(`sha256:${'b'.repeat(64)}`),
    fromDigest: null,
    fromImage: 'sha256:old',
    tagBefore: 'sha256:old',
    order: 'start-first',
    gate: { stableMs: 10_000, minUptimeMs: 1000, deadlineMs: 1000, probe: null },
    restart: 'always',
    policy: 'digest',
    keepOldMs: 0,
    keepImages: 1,
    createdAt: '2026-11-20T12:00:00Z',
  }),
  stage: 'passed',
  outcome: null,
}

const stepFrom = (given: { old: InstanceFacts | null; new: InstanceFacts }, state: Partial<Rollout> = {}) => {
  const facts: ReplaceFacts = {
    candidateImage: 'sha256:new',
    tagImage: 'sha256:new',
    isTagShared: false,
    isProtected: true,
    nameHolder: 'old',
    ...given,
  }
  return passed({ ...rollout, ...state }, facts, now)
}

const looked = { ...startGate(now - 5000, fresh.startedAt), healthySince: now - 5000 }
const until = (...attempted: EffectKind[]): Partial<Rollout> => ({ attempted, checkProgress: looked })

test.each<[string, EffectKind, { old: InstanceFacts; new: InstanceFacts }, Partial<Rollout>]>([
  ['takes the names first', 'connect-new', { old, new: { ...fresh, connected: false } }, {}],
  [
    'has the old one withdrawn once it alone has the names',
    'withdraw-old',
    { old: renamed, new: { ...fresh, name: 'web' } },
    until('connect-new', 'rename-old', 'rename-new'),
  ],
  [
    'has it disarmed after that, whether or not withdrawing succeeded',
    'disarm-old',
    { old: renamed, new: { ...fresh, name: 'web' } },
    until('connect-new', 'rename-old', 'rename-new', 'withdraw-old'),
  ],
  [
    'withdraws nothing that was paused by hand',
    'disarm-old',
    { old: { ...renamed, status: 'paused' }, new: { ...fresh, name: 'web' } },
    until('connect-new', 'rename-old', 'rename-new'),
  ],
])('start-first, the new version %s', (_, effect, facts, state) => {
  expect(stepFrom(facts, state)).toMatchObject({ kind: 'effect', effect })
})

test('start-first, the old version keeps its name until the new one was looked at again beside it', () => {
  const given = { old, new: fresh }
  const first = stepFrom(given, { attempted: ['connect-new'] })
  expect(first).toMatchObject({ kind: 'change', rollout: { checkProgress: {} } })

  const soon = stepFrom(given, { attempted: ['connect-new'], checkProgress: startGate(now, fresh.startedAt) })
  expect(soon).toMatchObject({ kind: 'wait' })
})

test('start-first, the old version is not ended while a person keeps the new one paused', () => {
  const late = { ...looked, startedAt: now - 3_600_000, lookedAt: now }
  const step = stepFrom(
    { old, new: { ...fresh, status: 'paused' } },
    { attempted: ['connect-new'], checkProgress: late },
  )

  expect(step).toMatchObject({
    rollout: { stage: 'back', outcome: 'superseded', reason: { code: 'PAUSED_BY_HAND' }, candidateAtFault: false },
  })
})

test('start-first, a new version that fails while both answer goes, and the old one was not touched', () => {
  const ill = stepFrom({ old, new: { ...fresh, health: 'unhealthy' } }, until('connect-new'))

  expect(ill).toMatchObject({ kind: 'change', rollout: { stage: 'back', outcome: 'rolled-back' } })
})
