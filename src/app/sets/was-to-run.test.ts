import { expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { wasToRun } from './was-to-run.ts'

const follows = { how: 'restart', provider: 'shop-web-1', sentence: '', isLeftStopped: false } as const
const times = { createdAt: '2026-01-01T12:00:00.000Z', endedAt: '2026-01-01T12:05:00.000Z', stage: 'ended' } as const
const sidecar = 'local/compose/shop/sidecar'
/** One that made the sidecar again with `web`. */
const together = (more: Partial<Rollout> = {}): Rollout => {
  const definition = {
    ...composeDefinition('/srv/compose.yaml', 'a'),
    followers: ['sidecar', 'idle'],
    stopped: ['idle'],
  }
  return composeRollout({ ...times, definition, attempted: ['up'], outcome: 'needs-human', ...more })
}
/** The sidecar's own, to follow `web`. */
const own = (more: Partial<Rollout> = {}): Rollout =>
  composeRollout({ ...times, workload: sidecar, follows, attempted: ['up'], outcome: 'failed', ...more })
const during = Date.parse('2026-01-01T12:01:00Z')
const down = { workload: sidecar, service: 'sidecar', others: ['local/compose/shop/web'], at: during, hasRun: false }

test.each<[string, Rollout, Partial<typeof down>, boolean]>([
  ['made by one to follow that was cut off', own(), {}, true],
  ['ended by one to follow that was cut off', own(), { hasRun: true }, true],
  ['made by one that is under way', own({ outcome: null, endedAt: null }), {}, true],
  ['made by one that began nothing', own({ attempted: [] }), {}, false],
  ['made by one that had it run', own({ outcome: 'succeeded' }), {}, false],
  ['made by one to another version', own({ follows: null }), {}, false],
  ['stopped by a person meanwhile', own({ outcome: 'superseded' }), { hasRun: true }, false],
  ['stopped later', own(), { hasRun: true, at: Date.parse('2026-01-01T12:06:00Z') }, false],
  ['made earlier', own(), { at: Date.parse('2026-01-01T11:59:00Z') }, false],
  ['made with what it lives in, which nobody could bring back', together(), {}, true],
  ['made with it, when somebody else took that over', together({ outcome: 'superseded' }), {}, true],
  ['made with it, and seen to run when that went back', together({ outcome: 'rolled-back' }), {}, false],
  ['stopped before, and made with it so', together(), { service: 'idle' }, false],
  ['of no set with it', together(), { service: 'db' }, false],
])('a container that was %s', async (_, rollout, change, expected) => {
  const store = createMemoryStore()
  await store.saveRollout(rollout)

  expect(await wasToRun(store, { ...down, ...change })).toBe(expected)
})
