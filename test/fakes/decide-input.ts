import type { DecideInput } from '../../src/app/decisions/decide-input.ts'
import { parseDigest, type Digest } from '../../src/image/digest.ts'
import { parsePlatform } from '../../src/image/platform.ts'
import { parseReference } from '../../src/image/reference.ts'
import { digestPolicy } from '../../src/policies/digest.ts'
import { readSpec } from '../../src/policies/spec/read-spec.ts'
import type { ImageDescription } from '../../src/registries/registry.ts'
import { noHooks } from '../../src/rollout/hooks.ts'
import { planRollout } from '../../src/rollout/plan.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type { Override, Pause, Quarantine, TagObservation, WorkloadRow } from '../../src/store/store.ts'
import type { Workload } from '../../src/targets/target.ts'

export const now = Date.parse('2026-11-20T12:00:00Z')
/** The time so many seconds before now, as the state has it. */
export const ago = (seconds: number): string => new Date(now - seconds * 1000).toISOString()

/** A digest of its own for each character. */
export const digest = (character: string): Digest => parseDigest(`sha256:${character.repeat(64)}`)
/** What the workload runs, and what its tag names unless told otherwise: an index. */
export const running = digest('a')
export const newer = digest('b')

const name = 'registry.example.com/team/web'
export const reference = parseReference(`${name}:1`)

export const workload: Workload = {
  id: 'local/container/web',
  target: 'local',
  kind: 'container',
  name: 'web',
  instance: 'c0ffee',
  image: `${name}:1`,
  labels: {},
  isRunning: true,
  imageId: digest('1'),
  repositoryDigests: [`${name}@${running}`],
  platform: parsePlatform('linux/amd64'),
  operation: null,
  restart: 'always',
  hasHealthCheck: true,
  healthBudgetMs: 0,
  scale: 1,
  after: [],
  noStartFirst: null,
  definedBy: [],
  suggestedOrder: { order: 'stop-first', why: 'it publishes ports' },
  leftAlone: null,
}

/** A good look, a minute ago. */
export const observed = (found: Digest, change: Partial<TagObservation> = {}): TagObservation => ({
  registry: reference.registry,
  repository: reference.repository,
  tag: '1',
  digest: found,
  reads: 1,
  firstSeenAt: ago(60),
  seenAt: ago(60),
  failure: null,
  ...change,
})

/** An index of two platforms. @param config of the image for linux/amd64, by which the engine knows it */
export const described = (of: Digest, config: Digest, platform = 'linux/amd64'): ImageDescription => ({
  digest: of,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  images: [
    { platform: parsePlatform(platform), manifest: digest('e'), config },
    { platform: parsePlatform('linux/s390x'), manifest: digest('f'), config: null },
  ],
})

/** The workload's row, as the pass before left it. */
export const row = (change: Partial<WorkloadRow> = {}): WorkloadRow => ({
  id: workload.id,
  image: workload.image,
  imageId: workload.imageId,
  digest: running,
  mode: 'auto',
  baselineImage: workload.imageId,
  state: 'current',
  reason: { code: 'CURRENT', sentence: 'it runs what the tag 1 names' },
  candidate: running,
  group: null,
  observedAt: ago(300),
  decidedAt: ago(300),
  since: ago(300),
  ...change,
})

/** A rollout that ended so many seconds ago. */
export function ended(outcome: Rollout['outcome'], to: Digest, seconds: number, from: Digest = running): Rollout {
  return {
    ...planRollout({
      id: `rollout-${seconds}`,
      workload: workload.id,
      target: workload.target,
      name: workload.name,
      procedure: 'replace',
      oldInstance: workload.instance,
      scale: 1,
      image: workload.image,
      fromReference: workload.image,
      definition: null,
      repository: name,
      tag: '1',
      digest: to,
      fromDigest: from,
      fromImage: workload.imageId,
      tagBefore: null,
      order: 'stop-first',
      gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
      restart: 'always',
      keepOldMs: 0,
      keepImages: 1,
      policy: 'digest',
      createdAt: ago(seconds + 5),
    }),
    stage: 'ended',
    outcome,
    reason: { code: 'TARGET_CONFLICT', sentence: 'port 80 is taken' },
    endedAt: ago(seconds),
  }
}

export const quarantined = (of: Digest, change: Partial<Quarantine> = {}): Quarantine => ({
  workload: workload.id,
  digest: of,
  policy: 'digest',
  reason: { code: 'GATE_UNHEALTHY', sentence: 'its health check failed' },
  since: ago(120),
  ...change,
})

/** What a person said a minute ago: a pin to another tag, unless told otherwise. */
export const override = (change: Partial<Override> = {}): Override => ({
  workload: workload.id,
  kind: 'pin',
  tag: '2',
  digest: null,
  tagBefore: '1',
  actor: 'ada',
  reason: null,
  since: ago(60),
  insteadOf: null,
  ...change,
})

/** Of everything, for two minutes, until it is lifted. */
export const pause = (change: Partial<Pause> = {}): Pause => ({
  workload: null,
  until: null,
  actor: 'ada',
  reason: null,
  since: ago(120),
  ...change,
})

export const settings: DecideInput['settings'] = {
  policy: 'digest',
  tags: null,
  minAge: null,
  mode: 'auto',
  order: 'auto',
  gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
  keepOldMs: 600_000,
  keepImages: 1,
  onManualChange: 'hold',
  writeDigest: false,
  stopped: 'ignore',
  autoRemove: 'leave',
  jobs: 'leave',
  hooks: noHooks,
  hookRetryMs: 300_000,
  group: null,
  after: [],
}

/** A workload that runs what its tag named until `found` was pushed: without a change, a rollout is due. */
export function decideInput(change: Partial<DecideInput> = {}, found: Digest = newer): DecideInput {
  return {
    workload,
    reference,
    tag: '1',
    settings,
    policy: digestPolicy(readSpec('digest')),
    observation: observed(found),
    choice: null,
    sightings: [
      { digest: found, firstSeenAt: ago(60) },
      { digest: running, firstSeenAt: ago(9000) },
    ],
    description: described(found, digest('2')),
    row: row(),
    rollouts: [],
    quarantines: [],
    hold: null,
    restoredAt: null,
    override: null,
    pauses: [],
    lastWordAt: null,
    group: null,
    target: null,
    ignoresBackoff: false,
    now,
    ...change,
  }
}
