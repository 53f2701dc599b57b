import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { migrate } from '../migrations/migrate.ts'
import { inSnakeCase, tableKeys } from '../sql/table-keys.ts'
import { queriesOver } from './database.ts'
import { rowSum, sqliteTypes } from './row-sum.ts'

test('every column of every table is in its checksum', async () => {
  const database = new DatabaseSync(':memory:')
  await migrate(queriesOver(database, 'memory'), sqliteTypes)
  const summed = (table: string): string =>
    String(database.prepare('select sql from sqlite_schema where name = ?').get(`${table}_sum`)?.['sql'])

  for (const table of tableKeys.map((each) => inSnakeCase(each.table))) {
    const columns = database.prepare(`select name from pragma_table_info('${table}')`).all()
    const names = columns.map(({ name }) => `"${String(name)}"`).join(', ')
    expect(summed(table)).toBe(`CREATE INDEX "${table}_sum" on "${table}" (row_sum(${names}))`)
  }
})

test('is of the values and their types, and the same for ever', () => {
  const row = [12n, 'a text', null, 'ü\u{1F600}\u0000', '']

  expect(rowSum(row)).toBe(4_102_993_842)
  expect(new Set([rowSum(['12']), rowSum([12n]), rowSum(['12', '']), rowSum(['12', null])]).size).toBe(4)
})

test('of a text with the character 0 is that of what every Node sees of it', () => {
  expect(rowSum(['seen\u0000not', 'and more'])).toBe(rowSum(['seen', 'and more']))
})

test('is another one for every bit that is another one', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 5 }), fc.nat(), (values, at) => {
      const bytes = values.map((value) => Buffer.from(value))
      const hit = bytes[at % bytes.length] ?? Buffer.of()
      hit.writeUInt8(hit.readUInt8(at % hit.length) ^ (1 << (at & 7)), at % hit.length)
      expect(rowSum(bytes.map((each) => each.toString()))).not.toBe(rowSum(values))
    }),
  )
})

test('a file is read by whoever knows nothing of it, and written by nobody who does not', async () => {
  const file = new DatabaseSync(':memory:')
  await migrate(queriesOver(file, 'memory'), sqliteTypes)
  const stranger = new DatabaseSync(':memory:')
  stranger.deserialize(file.serialize())

  expect(stranger.prepare('select value from meta').all()).toHaveLength(1)
  expect(() => stranger.exec("delete from meta where key = 'schema_version'")).toThrow('row_sum')
})
