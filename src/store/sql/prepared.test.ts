import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { prepared } from './prepared.ts'
import type { Tables } from './tables.ts'

function openDb() {
  const database = new DatabaseSync(':memory:')
  database.exec('create table meta (key text primary key, value text not null) strict')
  return new Kysely<Tables>({ dialect: sqliteDialect(database, '/state') })
}

const upsert = (build?: () => void) =>
  prepared((db, { key, value }: { readonly key: string; readonly value: string }) => {
    build?.()
    return db
      .insertInto('meta')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
  })

const read = prepared((db, { key }: { readonly key: string }) =>
  db.selectFrom('meta').select('value').where('key', '=', key).limit(1),
)

test('each value goes where it was built in, however often it stands there', async () => {
  const db = openDb()
  const write = upsert()

  await write(db, { key: 'a', value: '1' })
  await write(db, { key: 'b', value: '2' })
  await write(db, { key: 'a', value: '3' })

  expect((await read(db, { key: 'a' })).rows).toEqual([{ value: '3' }])
  expect((await read(db, { key: 'b' })).rows).toEqual([{ value: '2' }])
})

test('is built once for all databases of a kind and their transactions', async () => {
  let builds = 0
  const write = upsert(() => (builds += 1))
  const db = openDb()

  await write(db, { key: 'a', value: '1' })
  await db.transaction().execute(async (transaction) => void (await write(transaction, { key: 'a', value: '2' })))
  await write(db, { key: 'b', value: '3' })

  expect(builds).toBe(1)
  expect((await read(db, { key: 'a' })).rows).toEqual([{ value: '2' }])
})
