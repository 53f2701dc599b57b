import { expect, test } from 'vitest'
import { parseDigest } from '../../image/digest.ts'
import { back } from './back.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { planRollout } from '../plan.ts'

const old: InstanceFacts = {
  id: 'old',
  name: 'web',
  status: 'running',
  restart: 'always',
  image: 'sha256:old',
  exitCode: 0,
  error: '',
  health: 'none',
  probe: null,
  healthBudgetMs: 0,
  restarts: 0,
  startedAt: '2026-11-20T12:00:00Z',
  finishedAt: null,
  connected: true,
  stoppedByHand: false,
}

const rollout = {
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
    gate: { stableMs: 1000, minUptimeMs: 1000, deadlineMs: 1000, probe: null },
    restart: 'always',
    policy: 'digest',
    keepOldMs: 0,
    keepImages: 1,
    createdAt: '2026-11-20T12:00:00Z',
  }),
  stage: 'back',
  toImage: 'sha256:new',
  attempted: ['pull', 'create'],
} as const

const facts: ReplaceFacts = {
  old,
  new: null,
  candidateImage: 'sha256:new',
  tagImage: 'sha256:new',
  isTagShared: false,
  isProtected: true,
  nameHolder: 'old',
}

test('moves the tag back that was moved for the candidate', () => {
  expect(back(rollout, facts, 0)).toMatchObject({ kind: 'effect', effect: 'tag-back' })
})

test('leaves the tag where another workload runs the candidate under it', () => {
  expect(back(rollout, { ...facts, isTagShared: true }, 0)).toMatchObject({ rollout: { stage: 'ended' } })
})

test('leaves a tag that somebody moved elsewhere meanwhile', () => {
  expect(back(rollout, { ...facts, tagImage: 'sha256:third' }, 0)).toMatchObject({ rollout: { stage: 'ended' } })
})
