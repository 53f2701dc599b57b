import { CamelCasePlugin, Kysely } from 'kysely'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { ended, running } from '../../../test/fakes/decide-input.ts'
import { readHistory } from '../sql/history.ts'
import { noHooks } from '../../rollout/hooks.ts'
import { writeMeta } from '../sql/meta.ts'
import { readOverrides } from '../sql/overrides.ts'
import { readPauses } from '../sql/pauses.ts'
import { readRollout, writeRollout } from '../sql/rollouts.ts'
import type { Db, Tables } from '../sql/tables.ts'
import { readWorkload } from '../sql/workloads.ts'
import { sqliteDialect } from '../sqlite/dialect.ts'
import { rowSum, sqliteTypes } from '../sqlite/row-sum.ts'
import { migrate, schemaVersion } from './migrate.ts'
import type { Migration } from './migration.ts'
import { sets } from './0009-sets.ts'
import { hooks } from './0011-hooks.ts'
import { rowSums } from './0016-row-sums.ts'
import { migrations } from './migrations.ts'

let database: DatabaseSync
let db: Db

beforeEach(() => {
  database = new DatabaseSync(':memory:')
  db = new Kysely<Tables>({
    dialect: sqliteDialect(database, 'memory'),
    plugins: [new CamelCasePlugin()],
  })
})

const tables = (): unknown[] =>
  database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map((row) => row['name'])

/** Makes a table of that name, so that it fails when it runs twice. */
const makes =
  (name: string): Migration =>
  (to) =>
    to.schema.createTable(name).addColumn('id', 'text').execute()

const fails: Migration = async () => {
  throw new Error('no')
}

test('an empty database gets every table, and a second run changes nothing', async () => {
  await migrate(db, sqliteTypes)
  const first = tables()

  await migrate(db, sqliteTypes)

  expect(first).toEqual([
    'approvals',
    'dead_letters',
    'event_inbox',
    'event_keys',
    'event_trail',
    'gate_failures',
    'history',
    'images',
    'journal',
    'listed_tags',
    'mass_changes',
    'meta',
    'overrides',
    'pauses',
    'quarantine',
    'rollouts',
    'sightings',
    'snapshots',
    'source_troubles',
    'tag_lists',
    'tag_observations',
    'wave_rollouts',
    'workloads',
  ])
  expect(tables()).toEqual(first)
  expect(await schemaVersion(db)).toBe(migrations.length)
})

test('only those run that have not run yet, in order', async () => {
  await migrate(db, sqliteTypes, [makes('a')])

  await migrate(db, sqliteTypes, [makes('a'), makes('b'), makes('c')])

  expect(tables()).toEqual(['a', 'b', 'c', 'meta'])
  expect(await schemaVersion(db, [fails, fails, fails])).toBe(3)
})

test('one that fails leaves everything as it was before all of them', async () => {
  await migrate(db, sqliteTypes, [makes('a')])

  await expect(migrate(db, sqliteTypes, [makes('a'), makes('b'), fails])).rejects.toThrow('no')

  expect(tables()).toEqual(['a', 'meta'])
  expect(await schemaVersion(db, [makes('a')])).toBe(1)
})

test('a schema with more than are known is refused unchanged', async () => {
  await migrate(db, sqliteTypes, [makes('a'), makes('b')])

  await expect(migrate(db, sqliteTypes, [makes('a')])).rejects.toMatchObject({ code: 'STATE_NEWER' })

  expect(await schemaVersion(db, [fails, fails])).toBe(2)
})

test('a rollout that was planned before gates had probes is read as one without', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 1))
  const rollout = { ...ended('failed', running, 0), logTail: '"gate":{' }
  const { probe: _none, ...gate } = rollout.gate
  await writeRollout(db, { ...rollout, gate } as typeof rollout) // as the first version wrote it

  await migrate(db, sqliteTypes)

  expect(await readRollout(db, rollout.id)).toEqual(rollout)
})

test('a rollout that was planned before its settings were kept is read with the defaults', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 2))
  const rollout = { ...ended('failed', running, 0), keepImages: 1, policy: 'digest' }
  const { keepImages: _images, policy: _policy, ...older } = rollout
  await writeRollout(db, older as typeof rollout) // as the second version wrote it

  await migrate(db, sqliteTypes)

  expect(await readRollout(db, rollout.id)).toEqual(rollout)
})

test('a state from before people could say anything is read with nothing said, and dated by what was decided', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 3))
  database.exec(`
    insert into workloads values ('local/container/web', 'web:1', 'sha256:1', null, 'auto', 'sha256:1', 'current',
      '{"code":"CURRENT","sentence":"same"}', null, '2026-11-20T11:00:00.000Z', '2026-11-20T10:00:00.000Z');
    insert into history (at, kind, reason)
      values ('2026-11-20T10:00:00.000Z', 'resume', '{"code":"X","sentence":"x"}')`)

  await migrate(db, sqliteTypes)

  expect(await readWorkload(db, 'local/container/web')).toMatchObject({
    since: '2026-11-20T10:00:00.000Z',
    group: null,
  })
  expect(await readHistory(db, { limit: 1 })).toMatchObject([{ kind: 'resume', actor: null }])
  expect([await readOverrides(db), await readPauses(db)]).toEqual([[], []])
})

test('a rollout that was planned before there was Compose is read as one that replaced a container', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 5))
  const odd = '"image":"x", \\u0000 é \u{1F600} {"procedure":'
  const rollout = {
    ...ended('failed', running, 0),
    attempted: ['pull', 'create'] as const,
    logTail: odd,
    gapMs: 12.5,
  }
  const { procedure: _1, scale: _2, fromReference: _3, definition: _4, proven: _5, ...older } = rollout
  await writeRollout(db, older as typeof rollout) // as the fifth version wrote it

  await migrate(db, sqliteTypes)

  expect(await readRollout(db, rollout.id)).toEqual({
    ...rollout,
    procedure: 'replace',
    scale: 1,
    fromReference: rollout.image,
    definition: null,
    proven: [],
  })
})

test('what was said before it was known what it took the place of took the place of nothing', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 6))
  database.exec(`
    insert into overrides (workload, kind, tag, tag_before, actor, since)
      values ('local/container/web', 'deploy', '2', '1', 'ada', '2026-11-20T10:00:00.000Z')`)

  await migrate(db, sqliteTypes)

  expect(await readOverrides(db)).toMatchObject([{ kind: 'deploy', tag: '2', insteadOf: null }])
})

test('a rollout from before all kinds of containers were known is read as one of a container that ran', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, 7))
  const rollout = ended('failed', running, 0)
  const { stopped: _stopped, removesItself: _removes, ...older } = rollout
  await writeRollout(db, older as typeof rollout) // as the seventh version wrote it

  await migrate(db, sqliteTypes)

  expect(await readRollout(db, rollout.id)).toEqual({ ...rollout, stopped: null, removesItself: false })
})

test('a rollout that was planned before there were sets was alone and followed nobody', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, migrations.indexOf(sets)))
  const rollout = ended('failed', running, 0)
  const { dependants: _1, follows: _2, ...older } = rollout
  await writeRollout(db, older as typeof rollout) // as the version before wrote it

  await migrate(db, sqliteTypes)

  expect(await readRollout(db, rollout.id)).toEqual(rollout)
})

test('a rollout that was planned before there were hooks runs none, open ones and ended ones alike', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, migrations.indexOf(hooks)))
  const rollouts = [ended('failed', running, 0), { ...ended(null, running, 1), stage: 'back', endedAt: null } as const]
  for (const { hooks: _1, hookResults: _2, ...older } of rollouts) {
    await writeRollout(db, older as (typeof rollouts)[0]) // as the version before wrote it
  }

  await migrate(db, sqliteTypes)

  for (const each of rollouts) {
    expect(await readRollout(db, each.id)).toEqual({ ...each, hooks: noHooks, hookResults: [] })
  }
})

test('rows from before they had checksums have them from then on', async () => {
  await migrate(db, sqliteTypes, migrations.slice(0, migrations.indexOf(rowSums)))
  await writeMeta(db, 'owner_pid', '12')

  await migrate(db, sqliteTypes)

  const found = database.prepare('select value from meta indexed by meta_sum where row_sum(key, value) = ?')
  expect(found.get(rowSum(['owner_pid', '12']))).toEqual({ value: '12' })
})
