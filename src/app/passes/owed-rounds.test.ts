import { expect, test } from 'vitest'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { decision } from '../decisions/decision.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { owedNow } from './owed-rounds.ts'

const { signal } = new AbortController()
const id = 'local/container/debug'
const web = 'local/container/web'
const follows = { how: 'recreate', provider: 'web', sentence: 'it is another', isLeftStopped: false } as const
const { app } = startFollowed([{ ...workloadAt('registry.example.com', 'debug', newer), follows }])

const rolled = (workload: string, outcome: Rollout['outcome'], followedBy: readonly string[] = []): Rollout => ({
  ...ended(outcome, newer, 0),
  workload,
  followedBy,
})
const due = { ...decision('outdated', 'PROVIDER_REPLACED', ''), isRolloutDue: true }
const round = (rollouts: readonly Rollout[], decided = due) => ({ rollouts, workloads: [{ id, decision: decided }] })
const first = round([rolled(web, 'succeeded')])

test.each<[string, readonly ReturnType<typeof round>[], readonly string[] | null]>([
  ['has yet to', [first], [id]],
  ['did, and has to once more', [first, round([rolled(id, 'succeeded')])], [id]],
  ['waited for another', [first, round([rolled(web, 'succeeded')])], [id]],
  ['failed to', [first, round([rolled(id, 'failed')])], null],
  ['is held', [first, round([rolled(web, 'succeeded')], decision('held', 'ROLLOUTS_PAUSED', ''))], null],
  ['was not touched, as nothing was rolled out', [round([])], null],
  ['never comes to an end', Array.from({ length: 11 }, () => round([rolled(id, 'succeeded')])), null],
])('a pass goes on after what follows %s', async (_, rounds, expected) => {
  const tried = new Set(rounds.length > 1 ? [id] : [])

  expect(await owedNow(app, null, rounds, tried, signal)).toEqual(expected)
})

test('a pass over one workload goes on with what it broke, and nothing else', async () => {
  expect(await owedNow(app, web, [first], new Set(), signal)).toBeNull()
  expect(await owedNow(app, web, [round([rolled(web, 'succeeded', [id])])], new Set(), signal)).toEqual([id])
})
