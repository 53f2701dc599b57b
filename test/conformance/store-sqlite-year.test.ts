import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import { days, eventKeysMax, fullAfter, liveAYear, mb, pushEvery, rowsAfterAYear } from './store-year.ts'

const workloads = 200

test(`a year of ${workloads} workloads, each rolled out every ${pushEvery} days, leaves a file that grows no more`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-year-'))
  let now = 0
  const store = await stores.sqlite({ folder, access: 'owner', now: () => now })
  const year = {
    workloads,
    onDay: (at: number) => void (now = at),
    sizeBytes: async () => (await stat(join(folder, 'longshore.db'))).size,
  }
  const { full, end } = await liveAYear(store, year).finally(() => store.close())
  const reopened = await stores.sqlite({ folder, access: 'owner', now: () => now })
  expect(await reopened.rollouts('local/container/app-7', 1000)).toHaveLength(50)
  expect(await reopened.history({ workload: 'local/container/app-7', limit: 1000 })).toHaveLength(146)
  await reopened.close()
  const started = performance.now()
  const { rows, standing } = await upkeeps.sqlite({ folder, backups: { folder, keep: 1 }, now: () => now }).check()
  const checkMs = Math.round(performance.now() - started)
  process.stdout.write(
    `${(workloads * days) / pushEvery} rollouts: ${mb(full)} MB after ${fullAfter} days, ${mb(end)} MB after ${days}; checked in ${checkMs} ms\n`,
  )
  await rm(folder, { recursive: true })

  expect(standing).toBe('sound')
  expect(rows).toMatchObject(rowsAfterAYear(workloads))
  expect(rows['event_keys']).toBeLessThanOrEqual(eventKeysMax(workloads))
  expect(end).toBeLessThan(1.1 * full)
  expect(end).toBeLessThan(120e6)
}, 120_000)
