import { DatabaseSync } from 'node:sqlite'
import type { KyselyPlugin } from 'kysely'
import { expect, test } from 'vitest'
import { migrate } from '../migrations/migrate.ts'
import { queriesOver } from '../sqlite/database.ts'
import { sqliteTypes } from '../sqlite/row-sum.ts'
import { compareTables } from './copy-tables.ts'
import type { Db } from './tables.ts'

async function makeState(): Promise<Db> {
  const db = queriesOver(new DatabaseSync(':memory:'), 'memory')
  await migrate(db, sqliteTypes)
  return db
}

test('compares two states side by side: neither transaction is idle for as long as the other is read', async () => {
  const states = { one: await makeState(), other: await makeState() }
  const receivedAt = '2026-11-20T12:00:00.000Z'
  for (let key = 0; key < 1_000; key += 1) {
    for (const db of Object.values(states)) {
      await db
        .insertInto('eventKeys')
        .values({ key: String(key), receivedAt })
        .execute()
    }
  }
  const asked: string[] = []
  const noted = (name: keyof typeof states): Db => {
    const note: KyselyPlugin = {
      transformQuery({ node }) {
        asked.push(name)
        return node
      },
      transformResult: async ({ result }) => result,
    }
    return states[name].withPlugin(note)
  }

  await compareTables(noted('one'), noted('other'))

  const longest = Math.max(
    ...asked
      .join(' ')
      .split(/other/)
      .map((each) => each.split('one').length - 1),
  )
  expect(asked.filter((each) => each === 'one').length).toBeGreaterThan(10)
  expect(longest).toBeLessThan(4)
})
