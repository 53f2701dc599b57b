import { expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import { createSchema, describeWithPostgres, type Schema } from './postgres-place.ts'
import { days, eventKeysMax, fullAfter, liveAYear, mb, pushEvery, rowsAfterAYear } from './store-year.ts'

/** Each of their rows waits for a server: fewer than in the year of a file. With YEAR_WORKLOADS=200, as many. */
const workloads = Number(process.env['YEAR_WORKLOADS'] ?? 10)

/** What is kept, without the room of what was forgotten: the server cleans that up after a minute, not after a year of ours. */
async function sizeBytes({ name, query }: Schema): Promise<number> {
  const tables = await query(`select relname from pg_stat_user_tables where schemaname = '${name}'`)
  for (const { relname } of tables) await query(`vacuum full ${String(relname)}`)
  const [row] = await query(
    `select sum(pg_total_relation_size(relid))::float8 as size from pg_stat_user_tables where schemaname = '${name}'`,
  )
  return Number(row?.['size'])
}

describeWithPostgres('a state in PostgreSQL', (server) => {
  test(
    `grows no more after a year of ${workloads} workloads, each rolled out every ${pushEvery} days`,
    async () => {
      const schema = await createSchema(server)
      let now = 0
      const { address } = schema
      const store = await stores.postgres({ address, access: 'owner', now: () => now })
      const year = { workloads, onDay: (at: number) => void (now = at), sizeBytes: () => sizeBytes(schema) }

      const { full, end } = await liveAYear(store, year)

      expect(await store.rollouts('local/container/app-7', 1000)).toHaveLength(50)
      expect(await store.history({ workload: 'local/container/app-7', limit: 1000 })).toHaveLength(146)
      await store.close()
      const { rows, standing } = await (await upkeeps.postgres({ address })).check()
      await schema.remove()
      process.stdout.write(
        `PostgreSQL, ${(workloads * days) / pushEvery} rollouts: ${mb(full)} MB after ${fullAfter} days, ${mb(end)} MB after ${days}\n`,
      )
      expect(standing).toBe('sound')
      expect(rows).toMatchObject(rowsAfterAYear(workloads))
      expect(rows['event_keys']).toBeLessThanOrEqual(eventKeysMax(workloads))
      expect(end).toBeLessThan(1.1 * full)
    },
    120_000 + workloads * 6_000,
  )
})
