import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrate } from '../../src/store/migrations/migrate.ts'
import { migrations } from '../../src/store/migrations/migrations.ts'
import { movables, stores, upkeeps } from '../../src/store/index.ts'
import { byteOrderedText, postgresTypes } from '../../src/store/postgres/column-types.ts'
import { openConnections } from '../../src/store/postgres/connections.ts'
import { moveState } from '../../src/store/sql/move-state.ts'
import type { Store } from '../../src/store/store.ts'
import { postgresPrograms } from '../services/postgres.ts'
import { createSchema, describeWithPostgres, type Schema } from './postgres-place.ts'
import { at, historyEntry, override, reason } from './store-rows.ts'

describeWithPostgres('a state in PostgreSQL that its owner backs up and restores', (server) => {
  let schema: Schema
  let folder: string
  let said: string[]
  let now: number

  beforeEach(async () => {
    schema = await createSchema(server)
    folder = await mkdtemp(join(tmpdir(), 'longshore-restore-'))
    said = []
    now = 0
  })

  afterEach(async () => {
    await schema.remove()
    await rm(folder, { recursive: true })
  })

  const log = {
    warn: (_: object, sentence: string) => void said.push(sentence),
    error: (_: object, sentence: string) => void said.push(sentence),
  }
  const open = (access: 'owner' | 'reader' = 'owner', beside: string | null = folder): Promise<Store> =>
    stores.postgres({
      address: schema.address,
      access,
      log,
      now: () => now,
      patienceMs: 0,
      ...(beside !== null && { folder: beside }),
    })
  async function opened<Found>(work: (store: Store) => Promise<Found>): Promise<Found> {
    const store = await open()
    return work(store).finally(() => store.close())
  }

  /** Does what the message tells a person to do, to the letter. */
  async function follow(what: 'backUp' | 'restore'): Promise<void> {
    const { backUp, restore } = await upkeeps.postgres({ address: schema.address })
    const told = await (what === 'backUp' ? backUp(null) : restore(null, 'ada')).catch(String)
    const command = /pg_(?:dump|restore) .*/.exec(String(told))?.[0] ?? ''
    const env = { ...process.env, PATH: `${postgresPrograms()}:${process.env['PATH']}` }
    await promisify(execFile)('sh', ['-c', command], { cwd: folder, env })
  }

  /** A state as an older Longshore left it. */
  async function makeOlder(version: number): Promise<void> {
    const { db, close } = await openConnections({
      address: schema.address,
      max: 1,
      answerMaxMs: 60_000,
      name: 'older',
      prepare: async () => {},
    })
    await migrate(db.withPlugin(byteOrderedText), postgresTypes, migrations.slice(0, version))
    await close()
    await schema.query("comment on table meta is 'longshore'")
  }

  test.each(['owner', 'reader'] as const)(
    'goes back to a dump of an older version: an %s drops the tables that came later, and everything is held',
    async (access) => {
      await makeOlder(13)
      await follow('backUp')
      await opened((store) => store.addHistory(historyEntry({ at: 'since' })))

      await follow('restore')

      await (await open(access)).close()
      expect(said).toEqual([expect.stringMatching(/everything is held: .*\(event_trail, source_troubles\)/)])
      await opened(async (store) => {
        expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } })
        expect(await store.history({ limit: 9 })).toMatchObject([{ kind: 'hold' }])
      })
      expect(await (await upkeeps.postgres({ address: schema.address })).check()).toMatchObject({
        standing: 'sound',
        restores: 1,
      })
    },
  )

  const holdsAnew = { reason: { code: 'STATE_RESTORED', sentence: expect.stringContaining('at an earlier time') } }

  test.each([
    ['while nothing ran', async () => follow('backUp')],
    [
      'while it ran, with something written every hour',
      async () =>
        opened(async (store) => {
          await follow('backUp')
          now += 3_600_000
          await store.addHistory(historyEntry())
        }),
    ],
    ['in the last moments before its end', async () => opened(async () => follow('backUp'))],
  ])('is held, once, at the start after a dump was restored that was taken %s (I9)', async (_, backUp) => {
    await opened((store) => store.addHistory(historyEntry()))
    await backUp()
    await opened((store) => store.setOverride(override()))

    await follow('restore')

    await opened(async (store) => {
      expect(await store.hold()).toMatchObject(holdsAnew)
      expect(await store.overrides()).toEqual([])
      await store.setHold(null)
    })
    expect(said).toEqual([expect.stringContaining('everything is held')])
    await opened(async (store) => expect(await store.hold()).toBeNull())
  })

  test('is held where the database is empty that was not', async () => {
    await opened((store) => store.setOverride(override()))
    await schema.query(`drop schema ${schema.name} cascade; create schema ${schema.name}`)

    await opened(async (store) => expect(await store.hold()).toMatchObject(holdsAnew))
  })

  test('is not held where another machine went on with it, or this one knows nothing of it', async () => {
    const other = await mkdtemp(join(tmpdir(), 'longshore-restore-'))
    const beside = [folder, other, other, folder, null, other, folder]
    for (const each of beside) {
      const store = await open('owner', each)
      await store.addHistory(historyEntry())
      expect(await store.hold()).toBeNull()
      await store.close()
    }
    await rm(other, { recursive: true })
    expect(said).toEqual([])
  })

  test('starts and ends where the folder beside it cannot be written, and says what that costs', async () => {
    await opened((store) => store.addHistory(historyEntry()))
    await mkdir(join(folder, 'database.landmark.part'))

    await opened((store) => store.addHistory(historyEntry()))

    expect(said).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('may not be noticed')))
  })

  test('is left as it is where a table in the way of a migration is of another program', async () => {
    await makeOlder(13)
    await schema.query("create table event_trail (name text); insert into event_trail values ('theirs')")

    await expect(open()).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringContaining('event_trail of another program'),
    })

    expect(await schema.query('select name from event_trail')).toEqual([{ name: 'theirs' }])
  })

  test.each(['Ops', 'long-shore', 'a"b'])(
    'works in a schema that is called %s, and so do the words of its backup',
    async (name) => {
      const plain = schema.name
      const quoted = `"${name.replaceAll('"', '""')}"`
      await schema.query(`create schema ${quoted}`)
      const other = { ...schema.address, options: `-csearch_path=${quoted.replaceAll(' ', '\\ ')}` }
      schema = { ...schema, name: quoted, address: other }
      try {
        await opened((store) => store.setOverride(override()))
        await follow('backUp')
        await opened((store) => store.setHold({ reason, since: at(1) }))

        await follow('restore')

        await opened(async (store) => {
          expect(await store.overrides()).toEqual([override()])
          expect(await store.hold()).toMatchObject(holdsAnew)
        })
        expect((await (await upkeeps.postgres({ address: other })).check()).sizeBytes).toBeGreaterThan(0)
      } finally {
        await schema.query(`drop schema ${quoted} cascade`)
        schema = { ...schema, name: plain }
      }
    },
  )

  test('is held by nothing where a state is moved into what was made anew, and by a dump of what was there before', async () => {
    await opened((store) => store.addHistory(historyEntry({ at: 'before' })))
    await follow('backUp')
    const fromFile = join(folder, 'file')
    for (const _ of ['once', 'again']) {
      await schema.query(`drop schema ${schema.name} cascade; create schema ${schema.name}`)
      await rm(fromFile, { recursive: true, force: true })
      const file = await stores.sqlite({ folder: fromFile, access: 'owner', now: () => 0 })
      await file.setOverride(override())
      await file.close()

      await moveState(await movables.sqlite(fromFile), await movables.postgres(schema.address), Date.now())

      await opened(async (store) => {
        expect(await store.hold()).toBeNull()
        expect(await store.overrides()).toEqual([override()])
      })
    }
    expect(said).toEqual([])

    await follow('restore')
    await opened(async (store) => expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } }))
  })
})
