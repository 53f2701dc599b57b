import { hostname } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { migrations } from '../../src/store/migrations/migrations.ts'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { waitUntil } from '../services/wait.ts'
import { createSchema, describeWithPostgres, type Schema } from './postgres-place.ts'
import { startOwner, type OwnerProcess } from './store-owner.ts'
import { at, reason, workload } from './store-rows.ts'

describeWithPostgres('processes on a state in PostgreSQL', (server) => {
  let schema: Schema
  let owner: OwnerProcess | undefined
  let opened: Store[]

  beforeEach(async () => {
    schema = await createSchema(server)
    owner = undefined
    opened = []
  })

  afterEach(async () => {
    await owner?.kill()
    for (const store of opened) await store.close()
    await schema.remove()
  })

  async function open(access: 'owner' | 'reader' | 'visitor' = 'owner'): Promise<Store> {
    const store = await stores.postgres({ address: schema.address, access, now: () => 0, patienceMs: 0 })
    opened.push(store)
    return store
  }

  test('a second owner is refused, and told who the first is; a visitor writes and a reader reads beside it', async () => {
    owner = startOwner(schema.url, 'write')
    for (let line = 0; line < 10; line += 1) await owner.nextLine()

    await expect(open()).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringContaining(`in use by another longshore (pid ${owner.pid} on ${hostname().slice(0, 24)}`),
    })
    await (await open('visitor')).setHold({ reason, since: at(1) })
    expect(await (await open('reader')).hold()).toEqual({ reason, since: at(1) })
  })

  test('after kill -9 the next owner has the lock at once, and finds every write that had resolved', async () => {
    owner = startOwner(schema.url, 'write')
    const numbers: string[] = []
    while (numbers.length < 50) numbers.push(await owner.nextLine())
    numbers.push(...(await owner.kill()))

    const store = await waitUntil('the lock is free', () => open())

    const kept = (await store.history({ limit: 10_000 })).map((entry) => entry.at).toReversed()
    expect(kept.slice(0, numbers.length - 1)).toEqual(numbers.slice(1))
    // The one that was being written may be there or not, but it is the only one.
    expect(kept.length - (numbers.length - 1)).toBeLessThanOrEqual(1)
  })

  test('a reader of an empty schema sees a state that is new, and leaves nothing there', async () => {
    const store = await open('reader')

    expect([store.isNew, await store.workloads(), await store.hold()]).toEqual([true, [], null])
    await expect(store.saveWorkload(workload())).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    expect(await schema.query(`select tablename from pg_tables where schemaname = '${schema.name}'`)).toEqual([])
  })

  test('a schema of an earlier version is migrated by whoever finds it, unless somebody owns it', async () => {
    await (await open()).close()
    const [latest] = await schema.query("select value from meta where key = 'schema_version'")
    expect(latest).toEqual({ value: String(migrations.length) })
    // The last migrations undone, as far as they made tables.
    await schema.query(
      `drop table event_trail, source_troubles; update meta set value = '13' where key = 'schema_version'`,
    )

    const store = await open('reader')

    expect(await store.workloads()).toEqual([])
    expect(await schema.query("select value from meta where key = 'schema_version'")).toEqual([latest])
    const [text] = await schema.query(`select count(*)::int as count from information_schema.columns
      where table_schema = '${schema.name}' and data_type = 'text' and collation_name is distinct from 'C'`)
    expect(text).toEqual({ count: 0 })
  })
})
