import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { startPostgres, type Postgres } from '../services/postgres.ts'
import { startSessionSharingPooler } from '../services/session-sharing-pooler.ts'
import { startTcpProxy } from '../services/tcp-proxy.ts'
import { waitUntil } from '../services/wait.ts'
import { addressOf } from './postgres-place.ts'
import { at, historyEntry } from './store-rows.ts'

/** Answers that should take milliseconds; a busy machine is slow. */
const writeMaxMs = 3_000

const goesOn = async (store: Store): Promise<boolean> => {
  await store.checkWritable()
  return true
}

describe.skipIf('missing' in inject('postgres'))('a server of PostgreSQL', () => {
  let server: Postgres

  beforeAll(async () => {
    server = await startPostgres()
  })

  afterAll(() => server.stop())

  const owner = (address = addressOf(server.url()), patienceMs = 0) =>
    stores.postgres({ address, access: 'owner', now: () => 0, patienceMs, writeMaxMs })

  test('may be restarted, in order or by a crash, and everything goes on by itself', async () => {
    const store = await owner()
    await store.addHistory(historyEntry({ at: '1' }))

    await server.halt('shut down')
    await expect(store.addHistory(historyEntry({ at: 'lost' }))).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
    await server.start()
    await waitUntil('it goes on', () => goesOn(store))
    await store.addHistory(historyEntry({ at: '2' }))

    await server.halt('crash')
    const waiting = store.addHistory(historyEntry({ at: '3' }))
    await server.start()
    // It may have come back in time, or not: what is told is what was done.
    const isDone = await waiting.then(
      () => true,
      () => false,
    )
    await waitUntil('it goes on', () => goesOn(store))
    await store.addHistory(historyEntry({ at: '4' }))

    const kept = (await store.history({ limit: 9 })).map((entry) => entry.at).toReversed()
    expect(kept).toEqual(isDone ? ['1', '2', '3', '4'] : ['1', '2', '4'])
    await store.close()
  })

  test('is locked again at once after a restart, without a write', async () => {
    const store = await owner()
    await server.halt('shut down')
    await server.start()

    await waitUntil(
      'it is locked again',
      async () => (await server.sql("select 1 from pg_locks where locktype = 'advisory'")) === '1',
    )

    await expect(owner()).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await store.close()
  })

  test('may come up after us: it is waited for', async () => {
    await server.halt('shut down')
    await expect(owner()).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      message: expect.stringContaining('does not answer'),
    })

    const opening = owner(undefined, 30_000)
    await server.start()

    await expect(opening.then((store) => store.close())).resolves.toBeUndefined()
  })

  test('may fail over to a standby, and everything is held where that had not got all of it (fault 23, I9)', async () => {
    const primary = await startPostgres()
    const proxy = await startTcpProxy(primary.port)
    const standby = await startPostgres(primary)
    const store = await owner(addressOf(`postgres://postgres@127.0.0.1:${proxy.port}/postgres`))
    try {
      await store.addHistory(historyEntry({ at: 'copied' }))
      const last = 'select at from history order by sequence desc limit 1'
      await waitUntil('the standby has it', async () => (await standby.sql(last)) === 'copied')
      await standby.sql("alter system set primary_conninfo = ''")
      await standby.sql('select pg_reload_conf()')
      await waitUntil('it gets no more', async () => (await standby.sql('select 1 from pg_stat_wal_receiver')) === '')
      await store.addHistory(historyEntry({ at: 'never copied' }))

      await primary.halt('crash')
      proxy.cut()
      proxy.restore(standby.port)
      await waitUntil('the standby is known for one', () =>
        store.checkWritable().then(
          () => false,
          (error: unknown) => String(error).includes('it is a standby'),
        ),
      )
      expect((await store.history({ limit: 1 })).map((entry) => entry.at)).toEqual(['copied'])

      await standby.sql('select pg_promote()')
      await waitUntil('it goes on', () => goesOn(store))
      expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } })
    } finally {
      await store.close()
      await proxy.close()
      for (const each of [standby, primary]) await each.stop()
    }
  })

  test('says so where it is read-only, as a standby is, and is written again after that (fault 23)', async () => {
    const store = await owner()
    // As a failover does it: what was connected is cut off, and the address leads to a server that only reads.
    const end = "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'longshore %'"
    await server.sql(`alter role postgres set default_transaction_read_only = on; ${end}`)

    await expect(store.addHistory(historyEntry())).rejects.toMatchObject({
      code: 'STATE_UNWRITABLE',
      message: expect.stringContaining('standby'),
    })
    await expect(store.checkWritable()).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    const count = (await store.history({ limit: 99 })).length

    await server.sql('begin read write; alter role postgres reset default_transaction_read_only; commit')
    await store.addHistory(historyEntry())
    expect(await store.history({ limit: 99 })).toHaveLength(count + 1)
    await store.close()
  })

  test.each([
    ['a database that is not there', () => server.url('nowhere'), 'STATE_NOT_FOUND', '"nowhere" does not exist'],
    [
      'a schema that is not there',
      () => server.url('postgres', { options: '-csearch_path=nowhere' }),
      'STATE_NOT_FOUND',
      'no schema of the search path',
    ],
    [
      'a wrong password',
      () => passwordUrl('guarded', 'wr0ng-passw0rd'),
      'STATE_REFUSED',
      'password authentication failed',
    ],
    [
      'a role that may create nothing',
      () => passwordUrl('guarded', 'r1ght-passw0rd'),
      'STATE_REFUSED',
      'permission denied',
    ],
  ])('says what is wrong with %s, without the password', async (_, url, code, message) => {
    await server.sql(
      "do $$ begin if not exists (select from pg_roles where rolname = 'guarded') then create role guarded login password 'r1ght-passw0rd'; end if; end $$",
    )
    const error = await owner(addressOf(url())).then(
      (store) => store.close(),
      (thrown: unknown) => thrown,
    )

    expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
    expect(String(error)).not.toContain('passw0rd')
  })

  test('is refused behind a pooler that gives its sessions to whoever comes next', async () => {
    const pooler = await startSessionSharingPooler(server.port, 'postgres')
    try {
      const address = addressOf(`postgres://postgres@127.0.0.1:${pooler.port}/postgres`)

      await expect(owner(address)).rejects.toMatchObject({
        code: 'STATE_REFUSED',
        message: expect.stringContaining('pooler that shares sessions'),
      })
    } finally {
      await pooler.close()
    }
  })

  test('sorts as bytes are sorted, whatever its language', async () => {
    await server.sql("create database english template template0 locale_provider icu icu_locale 'en-US'")
    const store = await owner(addressOf(server.url('english')))
    const names = ['a', 'B', 'a-b', 'aB', 'Z', 'é', 'ab', '~', '😀', '\uffee']
    for (const each of names) await store.setMassChange({ target: each, count: 1, most: 1, since: at(1) })

    const sorted = names.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    expect((await store.massChanges()).map(({ target }) => target)).toEqual(sorted)
    await store.close()
  })

  const passwordUrl = (user: string, password: string) =>
    `postgres://${user}:${password}@127.0.0.1:${server.port}/postgres`
})
