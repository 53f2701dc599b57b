import type { Digest } from '../../src/image/digest.ts'
import { parseDigest } from '../../src/image/digest.ts'
import { noHooks } from '../../src/rollout/hooks.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type { HistoryEntry, Override, Pause, Quarantine, TagObservation, WorkloadRow } from '../../src/store/store.ts'

/** A different digest for each number. */
export function digest(number: number): Digest {
  return parseDigest(`sha256:${number.toString(16).padStart(64, '0')}`)
}

/** A different time for each number, later for larger ones. */
export function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString()
}

export const reason = { code: 'GATE_UNHEALTHY', sentence: 'the new version became unhealthy “at once”' }

export function tagObservation(change: Partial<TagObservation> = {}): TagObservation {
  return {
    registry: 'registry.example.com:5000',
    repository: 'shop/web',
    tag: 'stable',
    digest: digest(1),
    reads: 1,
    firstSeenAt: at(1),
    seenAt: at(2),
    failure: null,
    ...change,
  }
}

export function workload(change: Partial<WorkloadRow> = {}): WorkloadRow {
  return {
    id: 'local/container/web',
    image: 'registry.example.com:5000/shop/web:stable',
    imageId: digest(100),
    digest: digest(1),
    mode: 'auto',
    baselineImage: digest(100),
    state: 'outdated',
    reason,
    candidate: digest(2),
    group: 'shop',
    observedAt: at(3),
    decidedAt: at(4),
    since: at(4),
    ...change,
  }
}

export function rollout(change: Partial<Rollout> = {}): Rollout {
  return {
    id: 'r1',
    workload: 'local/container/web',
    target: 'local',
    name: 'web',
    procedure: 'replace',
    oldInstance: 'c'.repeat(64),
    stopped: null,
    removesItself: false,
    dependants: [],
    follows: null,
    scale: 1,
    image: 'registry.example.com:5000/shop/web:stable',
    fromReference: 'registry.example.com:5000/shop/web:stable',
    definition: null,
    repository: 'registry.example.com:5000/shop/web',
    tag: 'stable',
    digest: digest(2),
    fromDigest: digest(1),
    fromImage: digest(100),
    order: 'stop-first',
    gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, restartsMax: 2, probe: null },
    restart: 'on-failure:3',
    tagBefore: digest(100),
    keepOldMs: 600_000,
    keepImages: 1,
    hooks: noHooks,
    policy: 'digest',
    createdAt: at(10),
    stage: 'forward',
    outcome: null,
    reason: null,
    candidateAtFault: false,
    step: 'J0',
    attempted: [],
    failures: [],
    hookResults: [],
    gateProgress: null,
    proven: ['instance-1'],
    checkProgress: null,
    toImage: null,
    gapMs: null,
    logTail: null,
    keepUntil: null,
    endedAt: null,
    ...change,
  }
}

/** One with every field filled that can be null. */
export const endedRollout = rollout({
  stage: 'ended',
  outcome: 'rolled-back',
  reason,
  candidateAtFault: true,
  gate: { ...rollout().gate, probe: { kind: 'exec', command: ['/check', '--quick'] } },
  step: 'R',
  attempted: ['pull', 'protect', 'pull'],
  failures: ['pull'],
  gateProgress: { startedAt: 1, goodSince: 2, restarts: 1, instanceStartedAt: at(11), lookedAt: 3 },
  checkProgress: { startedAt: 1, goodSince: null, restarts: 0, instanceStartedAt: null, lookedAt: 3 },
  imageHealth: { hasCheck: true, intervalMs: 500, timeoutMs: 0, startPeriodMs: 1.5, retries: 3 },
  toImage: digest(200),
  gapMs: 164,
  logTail: 'line 1\nline 2 – ünï',
  keepUntil: at(20),
  endedAt: at(21),
})

export function quarantine(change: Partial<Quarantine> = {}): Quarantine {
  return {
    workload: 'local/container/web',
    digest: digest(2),
    policy: 'digest',
    reason,
    since: at(12),
    ...change,
  }
}

/** One with every field filled. */
export function override(change: Partial<Override> = {}): Override {
  return {
    workload: 'local/container/web',
    kind: 'pin',
    tag: '1.4.2',
    digest: digest(2),
    tagBefore: 'stable',
    actor: 'ada',
    reason: 'the new one “loses” orders',
    since: at(13),
    insteadOf: { tag: '1.4.1', digest: digest(1), actor: 'bob', reason: 'it “works”', since: at(11) },
    ...change,
  }
}

/** One with every field filled. */
export function pause(change: Partial<Pause> = {}): Pause {
  return { workload: 'local/container/web', until: at(99), actor: 'ada', reason: 'sale', since: at(14), ...change }
}

export function historyEntry(change: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    at: at(12),
    actor: null,
    workload: 'local/container/web',
    rollout: 'r1',
    kind: 'rollout-ended',
    reason,
    fromDigest: digest(1),
    toDigest: digest(2),
    ...change,
  }
}
