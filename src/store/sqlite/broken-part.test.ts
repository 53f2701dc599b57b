import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { migrate } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { brokenPart } from './broken-part.ts'
import { applicationId, queriesOver } from './database.ts'
import { sqliteTypes } from './row-sum.ts'

async function makeState(file = ':memory:', schema = migrations.length): Promise<DatabaseSync> {
  const database = new DatabaseSync(file)
  database.exec(`pragma application_id = ${applicationId}; pragma synchronous = off`)
  await migrate(queriesOver(database, file), sqliteTypes, migrations.slice(0, schema))
  return database
}

const addEntries = (database: DatabaseSync, entries: number): unknown =>
  database
    .prepare(
      `insert into history (at, kind, reason)
       with recursive entry (number) as (select 1 union all select number + 1 from entry where number < ?)
       select '2026-11-20T12:00:00.000Z', 'hold', ? || number from entry`,
    )
    .run(entries, 'what was told of it '.repeat(30))

/** Writes while an index is not in the schema, so that it knows nothing of it. */
function writePast(database: DatabaseSync, index: string, write: () => unknown): void {
  database.enableDefensive(false)
  database.exec(`create temp table kept as select * from sqlite_schema where name = '${index}'`)
  const change = (sql: string): void =>
    database.exec(`pragma writable_schema = on; ${sql}; pragma writable_schema = reset`)
  change(`delete from sqlite_schema where name = '${index}'`)
  write()
  change('insert into sqlite_schema select * from kept')
}

test('of a state as it was written there is none, whatever its schema', async () => {
  for (const schema of [1, 15, migrations.length]) {
    const database = await makeState(':memory:', schema)
    addEntries(database, 20)
    expect(brokenPart(database), `schema ${schema}`).toBe(null)
  }
})

test.each([
  ['history_sum', migrations.length, 'wrong # of entries in index history_sum'],
  ['history_by_workload', migrations.length, 'wrong # of entries in index history_by_workload'],
  ['history_by_workload', 15, 'wrong # of entries in index history_by_workload'],
])('is an index without a row: %s, of schema %i', async (index, schema, problem) => {
  const database = await makeState(':memory:', schema)
  writePast(database, index, () => addEntries(database, 1))

  expect(brokenPart(database)).toContain(problem)
})

test.each([
  ['history_sum', 'row 7 of the table history has not the checksum of what was written'],
  ['history_by_workload', 'row 7 missing from index history_by_workload'],
])('is a row that is another one than its index says: %s', async (index, problem) => {
  const database = await makeState()
  addEntries(database, 9)
  writePast(database, index, () => database.exec("update history set workload = 'another' where sequence = 7"))

  expect(brokenPart(database)).toBe(problem)
})

test('is looked for in an index with any name', async () => {
  const database = await makeState()
  database.exec(`drop index history_by_workload; create index "it's a ""b""" on history (workload)`)
  addEntries(database, 1)

  expect(brokenPart(database)).toBe(null)
})

test('is looked for without having the state in memory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-broken-'))
  try {
    const file = join(folder, 'longshore.db')
    const database = await makeState(file)
    for (let batch = 0; batch < 60; batch += 1) addEntries(database, 1_000)
    database.close()
    const limits = { maxOldGenerationSizeMb: 20, maxYoungGenerationSizeMb: 2 }
    const found = await new Promise((resolve, reject) => {
      new Worker(new URL('./examine-thread.ts', import.meta.url), { workerData: file, resourceLimits: limits })
        .once('message', resolve)
        .once('error', reject)
    })

    expect(found).toEqual({ kind: 'sound', schema: migrations.length })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
