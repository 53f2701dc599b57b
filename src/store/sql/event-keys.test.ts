import { DatabaseSync } from 'node:sqlite'
import { CamelCasePlugin, Kysely } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { createEventKeys } from './event-keys.ts'
import type { Tables } from './tables.ts'

let db: Kysely<Tables>
beforeEach(() => {
  const database = new DatabaseSync(':memory:')
  database.exec('create table event_keys (key text primary key, received_at text not null) strict')
  db = new Kysely<Tables>({ dialect: sqliteDialect(database, '/state'), plugins: [new CamelCasePlugin()] })
})

const at = (seconds: number) => new Date(Date.parse('2026-11-20T12:00:00Z') + seconds * 1000).toISOString()

const kept = async () =>
  (await db.selectFrom('eventKeys').select('key').orderBy('receivedAt').execute()).map(({ key }) => key)

test('the oldest go where there are too many, however young they are', async () => {
  const keys = createEventKeys({ most: 5, slack: 3 })

  for (let second = 0; second < 20; second += 1) expect(await keys.note(db, `key-${second}`, at(second))).toBe(true)

  const left = await kept()
  expect(left.length).toBeGreaterThanOrEqual(5)
  expect(left.length).toBeLessThan(5 + 3)
  expect(left.at(-1)).toBe('key-19')
  expect(await keys.note(db, 'key-19', at(30))).toBe(false)
  expect(await keys.note(db, 'key-0', at(31))).toBe(true)
})

test('those of one moment stay or go together, and the newest always stay', async () => {
  const keys = createEventKeys({ most: 5, slack: 1 })
  for (let index = 0; index < 8; index += 1) await keys.note(db, `early-${index}`, at(1))
  for (let index = 0; index < 5; index += 1) await keys.note(db, `late-${index}`, at(2))
  await keys.note(db, 'last', at(3))

  expect(await kept()).toEqual(expect.arrayContaining(['late-0', 'late-4', 'last']))
  expect((await kept()).some((key) => key.startsWith('early'))).toBe(false)
})

test('a state that is opened often does not grow either', async () => {
  for (let second = 0; second < 20; second += 1) {
    await createEventKeys({ most: 5, slack: 100 }).note(db, `key-${second}`, at(second))
  }

  expect((await kept()).length).toBeLessThanOrEqual(6)
})
