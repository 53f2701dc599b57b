import { planRollout } from '../../src/rollout/plan.ts'
import type { Definition, Rollout } from '../../src/rollout/rollout.ts'
import { digest } from './decide-input.ts'

/** A rollout of the service `shop/web` from `web:1` to a newer digest of the same tag, and what a test says about it. */
export const composeRollout = (change: Partial<Rollout> = {}): Rollout => ({
  ...planRollout({
    id: 'operation-1',
    workload: 'local/compose/shop/web',
    target: 'local',
    name: 'shop/web',
    procedure: 'compose',
    oldInstance: 'shop-web-1-id',
    scale: 1,
    image: 'web:1',
    fromReference: 'web:1',
    definition: null,
    repository: 'web',
    tag: '1',
    digest: digest('b'),
    fromDigest: null,
    fromImage: 'sha256:old',
    tagBefore: 'sha256:old',
    order: 'stop-first',
    gate: { stableMs: 1000, minUptimeMs: 2000, deadlineMs: 5000, probe: null },
    restart: 'always',
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: '2026-01-01T00:00:00.000Z',
  }),
  toImage: 'sha256:new',
  ...change,
})

/** What `prepare` found: one file, which an edit changes or not. */
export const composeDefinition = (
  path: string,
  before: string,
  after = before,
  edit: Definition['edit'] = before === after ? null : { path, line: 3, from: 'web:1', to: 'web:2' },
): Definition => ({ files: [{ path, before, after }], edit, followers: [], isDivisible: true, hash: null })
