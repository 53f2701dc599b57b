import { expect, test } from 'vitest'
import { workload as plain } from '../../../test/fakes/decide-input.ts'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { AppError } from '../../errors.ts'
import type { Workload } from '../../targets/target.ts'
import { refuseJob } from './refuse-job.ts'

const id = 'local/swarm/api'
const memory = { ranBefore: 0, toldAt: null, running: 0, wanted: 1 }

/** Whether a way back is refused, by what the manager shows now (null: it does not answer) and what was rolled out. */
async function isRefused(shown: readonly Workload[] | null, wasJob: boolean): Promise<boolean> {
  const store = createMemoryStore()
  await store.saveRollout(serviceRollout({ service: { ...memory, isJob: wasJob } }))
  const listWorkloads = async () => {
    if (shown === null) throw new AppError('TARGET_UNAVAILABLE', 'away')
    return shown
  }
  const targets = [{ name: 'local', kind: 'swarm', listWorkloads }] as const
  return refuseJob({ targets, store }, id).then(
    () => false,
    ({ code }: AppError) => code === 'WORKLOAD_LEFT_ALONE',
  )
}

test.each<readonly [string, readonly Workload[] | null, boolean, boolean]>([
  ['a job is not taken back', [{ ...plain, id, isJob: true }], false, true],
  ['a service is', [{ ...plain, id }], true, false],
  ['a job is not, either, where its manager does not answer', null, true, true],
  ['nor where that shows it no more', [], true, true],
  ['a service is, where its manager does not answer', null, false, false],
])('%s', async (_, shown, wasJob, expected) => {
  expect(await isRefused(shown, wasJob)).toBe(expected)
})

test('what is no service of a Swarm is no job', async () => {
  await expect(refuseJob({ targets: [], store: createMemoryStore() }, 'local/container/web')).resolves.toBeUndefined()
})
