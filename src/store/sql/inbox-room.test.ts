import { DatabaseSync } from 'node:sqlite'
import { CamelCasePlugin, Kysely } from 'kysely'
import { beforeEach, expect, test } from 'vitest'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { createInboxRoom } from './inbox-room.ts'
import { deletePendingEvents } from './events.ts'
import type { Tables } from './tables.ts'

const web = { registry: 'r', repository: 'web' }

let db: Kysely<Tables>
beforeEach(() => {
  const database = new DatabaseSync(':memory:')
  database.exec(`create table event_inbox (registry text not null, repository text not null, tag text not null, key text not null,
    digest text, received_at text not null, primary key (registry, repository, tag)) strict`)
  const dialect = sqliteDialect(database, '/state')
  db = new Kysely<Tables>({ dialect, plugins: [new CamelCasePlugin()] })
})

/** Puts each of these into the inbox, as `repository:tag`, a second apart. */
async function fill(places: readonly string[], most: number, keyOf = (second: number) => `key-${second}`) {
  const room = createInboxRoom({ most, slack: 1 })
  for (const [second, place] of places.entries()) {
    const [repository = '', tag = ''] = place.split(':')
    const receivedAt = new Date(Date.parse('2026-11-20T12:00:00Z') + second * 1000).toISOString()
    const row = { registry: 'r', repository, tag, key: keyOf(second), digest: null, receivedAt }
    await db.insertInto('eventInbox').values(row).execute()
    await room.note(db)
  }
  return (await readRows()).map(({ repository, tag }) => (tag === '' ? repository : `${repository}:${tag}`))
}

const readRows = () => db.selectFrom('eventInbox').selectAll().orderBy('receivedAt').execute()

test('as many as there is room for stay as they are', async () => {
  expect(await fill(['web:1', 'web:2', 'db:1'], 3)).toEqual(['web:1', 'web:2', 'db:1'])
})

test('beyond that, what is about one repository becomes one', async () => {
  expect(await fill(['web:1', 'db:1', 'web:2', 'web:3'], 3)).toEqual(['db:1', 'web'])
})

test('one that is about all of a repository already stands for its tags', async () => {
  expect(await fill(['web', 'db:1', 'web:2', 'web:3'], 3)).toEqual(['db:1', 'web'])
})

test.each([
  ['several tags', ['web', 'db:1', 'web:2', 'web:3']],
  ['one tag', ['web', 'db:1', 'ui:1', 'web:2']],
])('one that is being looked up is not checked off with newer news of %s in it', async (_, places) => {
  // The newest has the least key.
  await fill(places, 3, (second) => `key-${9 - second}`)

  await deletePendingEvents(db, [{ ...web, tag: null, key: 'key-9', digest: null, receivedAt: '' }])

  expect(await readRows()).toContainEqual({
    ...web,
    tag: '',
    key: 'key-6',
    digest: null,
    receivedAt: '2026-11-20T12:00:03.000Z',
  })
})

test('a state that is opened often is looked at each time', async () => {
  const room = createInboxRoom({ most: 1, slack: 1_000 })
  for (const tag of ['1', '2', '3']) {
    const receivedAt = '2026-11-20T12:00:00.000Z'
    await db
      .insertInto('eventInbox')
      .values({ ...web, tag, key: tag, digest: null, receivedAt })
      .execute()
  }

  await room.note(db)

  expect(await readRows()).toMatchObject([{ ...web, tag: '' }])
})

test('of more repositories than there is room for the oldest go', async () => {
  expect(await fill(['a:1', 'b:1', 'c:1', 'd:1', 'e:1'], 3)).toEqual(['c:1', 'd:1', 'e:1'])
})
