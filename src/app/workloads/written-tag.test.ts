import { expect, test } from 'vitest'
import { digest, override } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import type { Workload } from '../../targets/target.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import { watchedWorkloads } from './watched-workloads.ts'

const { signal } = new AbortController()
const edited =
  'ensure says the tag 2, and it stays on the tag 1, which it follows; to take it there run: longshore deploy local/container/web 2'

/** What its owner is told of a workload that runs the tag 1. */
async function noteOn(change: Partial<Workload>, isPinned = false): Promise<string | undefined> {
  const web = { ...workloadAt('registry.example.com', 'web', digest('a')), ...change }
  const { app, world } = startFollowed([web])
  if (isPinned) await world.store.setOverride(override({ workload: web.id, tag: '1' }))
  const [target] = app.targets
  if (target === undefined) throw new Error('it has a target')
  const [watched] = await watchedWorkloads(app, target, signal)
  if (watched === undefined) throw new Error('it is watched')
  const decided = await decideByState(app, watched, signal, false)
  const { note } = watched.workload
  if (note !== undefined) expect(decided.reason.sentence).toContain(note)
  return note
}

const labelled = (policy: string): Partial<Workload> => ({
  labels: { 'longshore.watch': 'true', 'longshore.policy': policy },
})

test('an edited tag is told with what to do where the policy follows the tag that is there', async () => {
  expect(await noteOn({ writtenImage: 'registry.example.com/web:2' })).toBe(edited)
  expect(await noteOn({ writtenImage: 'registry.example.com/web:2', note: 'it is otherwise' })).toBe(
    `it is otherwise; ${edited}`,
  )
})

test.each<[string, Partial<Workload>]>([
  ['it is the one that is followed', { writtenImage: 'registry.example.com/web:1' }],
  ['nothing is written', {}],
  ['the policy chooses among tags', { writtenImage: 'registry.example.com/web:2', ...labelled('semver:^1') }],
  ['the policy names a tag itself', { writtenImage: 'registry.example.com/web:2', ...labelled('pin:3') }],
])('nothing is told where %s', async (_, change) => {
  expect(await noteOn(change)).toBeUndefined()
})

test('nor where a person said which tag it is to run', async () => {
  expect(await noteOn({ writtenImage: 'registry.example.com/web:2' }, true)).toBeUndefined()
})
