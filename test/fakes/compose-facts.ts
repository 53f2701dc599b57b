import { parseDigest } from '../../src/image/digest.ts'
import { planRollout } from '../../src/rollout/plan.ts'
import type { ComposeFacts, InstanceFacts, Rollout } from '../../src/rollout/rollout.ts'
import { blank } from './compose-instance.ts'

const since = '2026-11-20T12:00:00Z'

/** A running instance of the old version; of the new one with its image. */
export function instance(id: string, given: Partial<InstanceFacts> = {}): InstanceFacts {
  return { ...blank, id, name: id, image: 'sha256:old', status: 'running', startedAt: since, ...given }
}

/** How an instance looks that ended by itself. */
export const ended = (exitCode: number): Partial<InstanceFacts> => ({ status: 'exited', exitCode, finishedAt: since })

/** A rollout from `web:1` to `web:2` of one instance, all at once, with file and tag prepared. */
export function composeRollout(given: Partial<Rollout> = {}): Rollout {
  const plan = planRollout({
    id: 'operation-1',
    workload: 'local/compose/shop/web',
    target: 'local',
    name: 'shop/web',
    procedure: 'compose',
    oldInstance: 'old',
    scale: 1,
    image: 'web:2',
    fromReference: 'web:1',
    definition: {
      files: [{ path: '/srv/compose.yaml', before: 'a', after: 'b' }],
      edit: { path: '/srv/compose.yaml', line: 3, from: 'web:1', to: 'web:2' },
      followers: [],
      isDivisible: true,
      hash: null,
    },
    repository: 'web',
    tag: '2',
    digest: parseDigest(`sha256:${'b'.repeat(64)}`),
    fromDigest: null,
    fromImage: 'sha256:old',
    tagBefore: null,
    order: 'stop-first',
    gate: { stableMs: 1000, minUptimeMs: 1000, deadlineMs: 5000, probe: null },
    restart: 'unless-stopped',
    policy: 'digest',
    keepOldMs: 0,
    keepImages: 1,
    createdAt: since,
  })
  return { ...plan, toImage: 'sha256:new', attempted: ['pull', 'protect', 'capture', 'edit', 'move-tag'], ...given }
}

/** What the target shows of it just before `up`. */
export function composeFacts(given: Partial<ComposeFacts> = {}): ComposeFacts {
  return {
    olds: [instance('old')],
    news: [],
    strangers: [],
    followers: [],
    candidateImage: 'sha256:new',
    tagImage: 'sha256:new',
    fromTagImage: 'sha256:old',
    isTagShared: false,
    isProtected: true,
    definition: 'after',
    oldEndedAt: null,
    ...given,
  }
}
