import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { digest, settings, workload } from '../../../test/fakes/decide-input.ts'
import { startFollowed } from '../../../test/fakes/followed.ts'
import { parseReference } from '../../image/reference.ts'
import type { Definition } from '../../rollout/rollout.ts'
import { decision, type Decision } from './decision.ts'
import { definitionFrom } from './earlier-decision.ts'
import { isWatchable } from '../scans/scan-plan.ts'
import { watchedWorkloads, type WatchableWorkload } from '../workloads/watched-workloads.ts'

const definition: Definition = { files: [], edit: null, followers: [], isDivisible: true, hash: 'as it was' }
const due: Decision = { ...decision('outdated', 'MOVED', 'the tag moved', digest('b')), isRolloutDue: true }

const [watched] = await watch()
async function watch(): Promise<readonly [WatchableWorkload]> {
  const { app } = startFollowed([{ ...workload, labels: { 'longshore.watch': 'true' } }])
  const [target] = app.targets
  if (target === undefined) throw new Error('there is one target')
  const [found] = (await watchedWorkloads(app, target, new AbortController().signal)).filter(isWatchable)
  if (found === undefined) throw new Error('there is one workload')
  return [{ ...found, reference: parseReference(workload.image), settings }]
}

test.each<[string, Partial<WatchableWorkload>, Partial<Decision>, number, Definition | null]>([
  ['the same workload and candidate, just now', {}, {}, 2_000, definition],
  ['a while ago', {}, {}, 2_001, null],
  ['another candidate', {}, { candidate: digest('c') }, 0, null],
  ['another container', { workload: { ...workload, instance: 'another' } }, {}, 0, null],
  ['other labels', { workload: { ...workload, labels: {} } }, {}, 0, null],
  ['other settings', { settings: { ...settings, writeDigest: true } }, {}, 0, null],
  ['another tag', { tag: 'another' }, {}, 0, null],
])('%s', (_what, change, changed, laterMs, found) => {
  const clock = startFakeClock()
  const earlier = { watched, decision: { ...due, definition }, at: clock.elapsed() }
  clock.advance(laterMs)

  expect(definitionFrom(earlier, { ...watched, ...change }, { ...due, ...changed }, clock)).toBe(found)
})

test('nothing was looked at closely then', () => {
  const clock = startFakeClock()

  expect(definitionFrom({ watched, decision: due, at: 0 }, watched, due, clock)).toBeNull()
})
