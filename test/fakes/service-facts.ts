import { planRollout } from '../../src/rollout/plan.ts'
import type { Rollout, ServiceFacts } from '../../src/rollout/rollout.ts'
import { digest } from './decide-input.ts'

/** A rollout of the service `api` from `api:1` to a newer digest of the same tag, and what a test says about it. */
export const serviceRollout = (change: Partial<Rollout> = {}): Rollout => ({
  ...planRollout({
    id: 'operation-1',
    workload: 'local/swarm/api',
    target: 'local',
    name: 'api',
    procedure: 'service',
    oldInstance: 'service-id',
    scale: 2,
    image: 'api:1',
    fromReference: 'api:1',
    definition: null,
    repository: 'api',
    tag: '1',
    digest: digest('b'),
    fromDigest: digest('a'),
    fromImage: digest('a'),
    tagBefore: null,
    order: 'stop-first',
    gate: { stableMs: 1000, minUptimeMs: 2000, deadlineMs: 5000, probe: null },
    restart: 'no',
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: '2026-01-01T00:00:00.000Z',
  }),
  toImage: digest('b'),
  ...change,
})

/** Two instances that run what was there before, and what a test says about it. */
export const serviceFacts = (change: Partial<ServiceFacts> = {}): ServiceFacts => ({
  candidateImage: digest('b'),
  tagImage: null,
  isTagShared: false,
  isProtected: true,
  told: 'before',
  update: 'none',
  message: '',
  toldAt: '2025-12-31T00:00:00Z',
  hasReturnedItself: false,
  returnsByItself: false,
  running: 2,
  wanted: 2,
  latestStart: '2026-01-01T00:00:00Z',
  hasHealthCheck: false,
  isStarting: false,
  paceMs: 1000,
  failures: 0,
  failuresForgiven: 2,
  hasRun: false,
  job: null,
  isDisturbed: false,
  lastEnded: null,
  trouble: null,
  ...change,
})
