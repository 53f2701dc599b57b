import { parseDigest } from '../../src/image/digest.ts'
import { planRollout, type RolloutPlan } from '../../src/rollout/plan.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import { oldId } from './target.ts'

/** A rollout that replaces a fake container of that name, as it is first written down. */
export const planned = (name: string, now: number, change: Partial<RolloutPlan> = {}): Rollout =>
  planRollout({
    id: 'operation-1',
    workload: `local/container/${name}`,
    target: 'local',
    name,
    procedure: 'replace',
    oldInstance: oldId,
    scale: 1,
    image: `localhost:5000/${name}:1`,
    fromReference: `localhost:5000/${name}:1`,
    definition: null,
    repository: `localhost:5000/${name}`,
    tag: '1',
    digest: parseDigest(`sha256:${'b'.repeat(64)}`),
    fromDigest: null,
    fromImage: 'sha256:old-image',
    tagBefore: 'sha256:old-image',
    order: 'stop-first',
    gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
    restart: 'unless-stopped',
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: new Date(now).toISOString(),
    ...change,
  })
