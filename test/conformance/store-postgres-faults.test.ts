import { afterEach, beforeEach, expect, test } from 'vitest'
import type { PostgresStoreOptions } from '../../src/store/postgres/open-postgres-store.ts'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { startTcpProxy, type TcpProxy } from '../services/tcp-proxy.ts'
import { waitUntil } from '../services/wait.ts'
import { addressOf, createSchema, describeWithPostgres, withParameter, type Schema } from './postgres-place.ts'
import { at, historyEntry, quarantine, reason, rollout } from './store-rows.ts'

const goesOn = async (store: Store): Promise<boolean> => {
  await store.checkWritable()
  return true
}

/** Answers that should take milliseconds; a busy machine is slow. */
const writeMaxMs = 3_000

describeWithPostgres('a state in PostgreSQL', (shared) => {
  let schema: Schema
  let proxy: TcpProxy
  let opened: Store[]

  beforeEach(async () => {
    schema = await createSchema(shared)
    proxy = await startTcpProxy(schema.address.port)
    opened = []
  })

  afterEach(async () => {
    proxy.restore()
    for (const store of opened) await store.close()
    await proxy.close()
    await schema.remove()
  })

  async function open(options: Partial<PostgresStoreOptions> = {}): Promise<Store> {
    const { address } = schema
    const store = await stores.postgres({
      address,
      access: 'owner',
      now: () => 0,
      patienceMs: 0,
      writeMaxMs,
      ...options,
    })
    opened.push(store)
    return store
  }
  /** The way that a network can fail on. */
  const throughProxy = () =>
    addressOf(withParameter(withParameter(schema.url, 'host', '127.0.0.1'), 'port', `${proxy.port}`))
  const endSessions = () =>
    schema.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'longshore %' and pid <> pg_backend_pid()
      and pid in (select pid from pg_locks where locktype = 'advisory' and objid = (hashtext('${schema.name}')::bigint & 4294967295)::oid)`)
  const kept = async (store: Store) => (await store.history({ limit: 1000 })).map((entry) => entry.at).toReversed()

  test('is written on, each write once, while its sessions are ended again and again (fault 23)', async () => {
    const store = await open()
    const numbers = Array.from({ length: 60 }, (_, index) => String(index))

    for (const each of numbers) {
      if (Number(each) % 7 === 3) void endSessions()
      await store.addHistory(historyEntry({ at: each }))
    }

    expect(await kept(store)).toEqual(numbers)
  })

  test('has a write once whose commit was never answered', async () => {
    const store = await open({ address: throughProxy() })
    await store.addHistory(historyEntry({ at: 'first' }))

    proxy.dropAfter('commit')
    await store.saveRollout(rollout(), {
      journal: { rollout: 'r1', step: 'J1', effect: 'pull', at: at(1) },
      history: historyEntry({ at: 'second' }),
    })

    expect(await kept(store)).toEqual(['first', 'second'])
    expect(await store.journal('r1')).toHaveLength(1)
  })

  test('has all of a rollout or nothing when it is cut off in the middle, and goes on by itself (fault 22)', async () => {
    const store = await open({ address: throughProxy() })
    await store.saveRollout(rollout())
    proxy.cut()

    const saving = store.saveRollout(rollout({ step: 'J3' }), { history: historyEntry(), quarantine: quarantine() })
    await expect(saving).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
    await expect(store.openRollouts()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })

    proxy.restore()
    await waitUntil('it is read again', () => store.openRollouts())
    expect(await store.openRollouts()).toEqual([rollout()])
    expect(await store.history({ limit: 1 })).toEqual([])
    await waitUntil('it goes on', () => goesOn(store))
    await store.saveRollout(rollout({ step: 'J3' }))
    expect(await store.openRollouts()).toEqual([rollout({ step: 'J3' })])
  })

  test('keeps nobody waiting where nothing is answered', async () => {
    const store = await open({ address: throughProxy(), writeMaxMs: 500 })
    await store.addHistory(historyEntry())
    proxy.silence()
    const begunAt = performance.now()

    const writes = Array.from({ length: 20 }, () => store.addHistory(historyEntry()))
    const ends = await Promise.allSettled(writes)

    expect(ends.map((end) => end.status === 'rejected' && end.reason.code)).toEqual(ends.map(() => 'STATE_UNAVAILABLE'))
    expect(performance.now() - begunAt).toBeLessThan(10_000)
    await store.close()
    expect(performance.now() - begunAt).toBeLessThan(15_000)
  })

  test('is taken again from a session of ours that the server does not know to be over', async () => {
    const onLost = () => {
      throw new Error('it was ours all the time')
    }
    const store = await open({ address: throughProxy(), onLost })
    await store.addHistory(historyEntry({ at: 'before' }))

    proxy.dropClients()
    await store.addHistory(historyEntry({ at: 'after' }))

    expect(await kept(store)).toEqual(['before', 'after'])
  })

  test('is waited for where the session that holds it hangs, and nothing ends by it', async () => {
    const lost: string[] = []
    const store = await open({ writeMaxMs: 500, onLost: (error) => void lost.push(error.code) })
    await store.addHistory(historyEntry({ at: 'before' }))
    const held = `select pid from pg_locks where locktype = 'advisory' and granted
      and objid = (hashtext('${schema.name}')::bigint & 4294967295)::oid`
    const pid = Number((await schema.query(held))[0]?.['pid'])

    // As one that waits for a disk.
    process.kill(pid, 'SIGSTOP')
    await expect(store.addHistory(historyEntry({ at: 'meanwhile' }))).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
    })
    await waitUntil('our own session was found to hold it', async () => {
      await expect(goesOn(store)).rejects.toThrow(/a session of ours/)
      return true
    })
    process.kill(pid, 'SIGCONT')

    await waitUntil('it goes on', () => goesOn(store))
    expect(lost).toEqual([])
    expect(await kept(store)).toEqual(['before'])
  })

  test('is not written any more once another has taken it while we were away, who is told so', async () => {
    const lost: string[] = []
    const store = await open({ address: throughProxy(), onLost: (error) => void lost.push(error.code) })
    await store.addHistory(historyEntry({ at: 'ours' }))

    proxy.cut()
    const other = await waitUntil('another owns it', () => open())
    proxy.restore()
    await waitUntil('it was told', () => lost.length > 0)

    expect(lost[0]).toBe('STATE_LOCKED')
    await expect(store.addHistory(historyEntry({ at: 'too late' }))).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await other.addHistory(historyEntry({ at: 'theirs' }))
    expect(await kept(other)).toEqual(['ours', 'theirs'])
  })

  test('holds everything when it went back behind what was written (I9)', async () => {
    const store = await open()
    await store.setHold({ reason, since: at(1) })
    await store.setHold(null)
    // As if the last transactions had never reached the standby that took over.
    await schema.query("update meta set value = 'older.0 still-older.0' where key = 'last_writes'")
    await endSessions()

    await store.addHistory(historyEntry())

    expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } })
    await store.setHold(null)
    await store.addHistory(historyEntry())
    expect(await store.hold()).toBeNull()
  })

  test('is written in the end where somebody else has locked its tables for a while', async () => {
    const store = await open({ writeMaxMs: 600 })
    const blocking = schema.query('begin; lock table history in access exclusive mode; select pg_sleep(1); commit')
    await waitUntil('it is locked', async () => {
      const held = "select 1 from pg_locks where mode = 'AccessExclusiveLock' and relation = 'history'::regclass"
      return (await schema.query(held)).length > 0
    })

    await store.addHistory(historyEntry())

    await blocking
    expect(await store.history({ limit: 9 })).toHaveLength(1)
  })

  test('keeps what senders wrote, but for the character that PostgreSQL cannot keep', async () => {
    const store = await open()

    await store.addDeadLetter({ source: 'registry', body: 'a\0b', receivedAt: at(1) })

    expect((await store.deadLetters())[0]?.body).toBe('a\ufffdb')
  })

  test.each([
    ['a table of another program', 'create table history (id integer)', 'STATE_UNREADABLE', 'of another program'],
    ['a newer schema', "update meta set value = '999' where key = 'schema_version'", 'STATE_NEWER', 'schema 999'],
    ['no schema number', "delete from meta where key = 'schema_version'", 'STATE_UNREADABLE', 'schema_version'],
    ['a table that is gone', 'drop table sightings', 'STATE_UNREADABLE', 'sightings is missing'],
    [
      'a row that cannot be read',
      "insert into pauses values ('x', null, 'a', null, 'b'); alter table pauses alter since drop not null; update pauses set since = null",
      'STATE_UNREADABLE',
      'pauses',
    ],
  ])('is refused with %s, and left as it is', async (_, change, code, message) => {
    if (!change.startsWith('create')) await (await open()).close()
    await schema.query(change)

    await expect(open()).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    await expect(open({ access: 'reader' })).rejects.toMatchObject({ code })
  })
})
