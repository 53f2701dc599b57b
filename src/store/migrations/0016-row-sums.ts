import { sql, type Kysely } from 'kysely'
import type { ColumnTypes } from './migration.ts'

const tables = [
  ['meta', 'tag_observations', 'sightings', 'tag_lists', 'listed_tags', 'images', 'workloads', 'rollouts', 'snapshots'],
  ['journal', 'quarantine', 'overrides', 'pauses', 'wave_rollouts', 'gate_failures', 'mass_changes'],
  ['approvals', 'history', 'event_keys', 'event_inbox', 'dead_letters', 'event_trail', 'source_troubles'],
].flat()

/** Every row has a checksum, by which a flipped bit inside of a text is found. */
export async function rowSums(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await sumRows(db, types, tables)
}

/** For each later migration that makes tables, or changes what columns they have. */
export async function sumRows(db: Kysely<unknown>, { rowSum }: ColumnTypes, summed: readonly string[]): Promise<void> {
  if (rowSum === null) return
  const all = await db.introspection.getTables()
  for (const { name, columns } of all.filter((each) => summed.includes(each.name))) {
    const values = sql.join(columns.map((each) => sql.ref(each.name)))
    await db.schema.dropIndex(`${name}_sum`).ifExists().execute()
    await sql`create index ${sql.ref(`${name}_sum`)} on ${sql.ref(name)} (${sql.raw(rowSum)}(${values}))`.execute(db)
  }
}
