import { hostname } from 'node:os'
import type pg from 'pg'
import { expect, test } from 'vitest'
import { readPostgresUrl, type PostgresAddress } from '../../lib/postgres-address.ts'
import { sessionName, takeLock } from './ownership.ts'

const own = 'longshore (pid 1 on here, abc123)'
const host = hostname().slice(0, 24)
/** Process ids end below it. */
const nobody = 2 ** 30

/** A server whose lock is held, by a session that does not end. */
function heldBy(name: string): pg.ClientBase {
  const query = async (text: string) => {
    if (text.includes('pg_is_in_recovery')) return { rows: [{ standby: false, schema: 'public' }] }
    if (text.includes('pg_try_advisory_lock')) return { rows: [{ taken: false }] }
    return { rows: text.startsWith('select a.pid') ? [{ pid: 7, name, address: null }] : [] }
  }
  return { query } as unknown as pg.ClientBase // all that is asked of it
}

const address = readPostgresUrl('postgres://longshore@127.0.0.1/longshore') as PostgresAddress // it is well-formed

test.each([
  ['our own, which the server has not ended yet', own, 'again', 'STATE_UNAVAILABLE'],
  ['our own, which the server has not ended yet', own, 'first', 'STATE_UNAVAILABLE'],
  ['a process of this host that is gone', `longshore (pid ${nobody} on ${host}, 123abc)`, 'first', 'STATE_UNAVAILABLE'],
  [
    'a process that is gone, and may have had it',
    `longshore (pid ${nobody} on ${host}, 123abc)`,
    'again',
    'STATE_LOCKED',
  ],
  [
    'the process that this container ran before',
    `longshore (pid ${process.pid} on ${host}, 123abc4567)`,
    'first',
    'STATE_UNAVAILABLE',
  ],
  [
    'one with our process id, which may have had it',
    `longshore (pid ${process.pid} on ${host}, 123abc4567)`,
    'again',
    'STATE_LOCKED',
  ],
  ['another session of this process', sessionName(), 'first', 'STATE_LOCKED'],
  ['another process', `longshore (pid ${process.ppid} on ${host}, 123abc)`, 'first', 'STATE_LOCKED'],
  ['another host', `longshore (pid ${nobody} on ${host}2, 123abc)`, 'first', 'STATE_LOCKED'],
  ['another program', 'psql', 'first', 'STATE_LOCKED'],
] as const)('a lock that is held by %s (%s) is, taken %s, %s', async (_, name, how, code) => {
  await expect(takeLock(heldBy(name), address, { name: own, how })).rejects.toMatchObject({ code })
})

test('sessions of one process have names of their own, which the server does not cut off', () => {
  const names = Array.from({ length: 5 }, sessionName)

  expect(new Set(names).size).toBe(5)
  // The name of a host and a process id as long as they get.
  for (const name of names) {
    expect(name.length + (24 - host.length) + (7 - String(process.pid).length)).toBeLessThanOrEqual(63)
  }
})
