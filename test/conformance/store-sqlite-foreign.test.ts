import { readFile, rm, truncate } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { override } from './store-rows.ts'

const { folder, file, backupFolder, log } = useSqlitePlace()
const backups = { folder: backupFolder, keep: 3 }
let now: number

const open = (access: 'owner' | 'reader' | 'visitor' = 'owner'): Promise<Store> =>
  stores.sqlite({ folder, access, backups, log, now: () => now })
const upkeep = () => upkeeps.sqlite({ folder, backups, now: () => now })

beforeEach(async () => {
  now = Date.parse('2026-11-21T10:00:00.000Z')
  const store = await open()
  await store.setOverride(override())
  await store.backups?.take()
  await store.close()
})

async function putAccounts(): Promise<void> {
  await rm(file)
  const database = new DatabaseSync(file)
  database.exec("create table accounts (name text); insert into accounts values ('theirs')")
  database.close()
}

function accountsIn(path: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true })
  const rows = database.prepare('select name from accounts').all()
  database.close()
  return rows
}

test("the newest good backup takes the place of another program's file, held, and theirs is kept whole", async () => {
  await putAccounts()
  now += 60_000

  await expect(open('reader')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
  await expect(open('visitor')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
  expect(accountsIn(file)).toMatchObject([{ name: 'theirs' }])

  const aside = `${file}.replaced-20261121T100100000Z`
  const store = await open()
  const reason = (await store.hold())?.reason
  expect(reason?.code).toBe('STATE_RESTORED')
  expect(reason?.sentence).toContain(`something else lay in the place of the state (${file} is the database of`)
  expect(reason?.sentence).toContain(aside)
  expect(await store.restoredAt()).toBe(new Date(now).toISOString())
  expect(await store.overrides()).toEqual([override()])
  await store.close()
  expect(accountsIn(aside)).toMatchObject([{ name: 'theirs' }])
})

test('it is gone back to by hand as well', async () => {
  await putAccounts()

  const { keptAside } = await upkeep().restore(null, 'ada')

  expect(accountsIn(keptAside ?? '')).toMatchObject([{ name: 'theirs' }])
  const store = await open()
  expect(await store.overrides()).toEqual([override()])
  await store.close()
})

test.each(['no backup', 'no good backup'])('with %s it is refused and not touched', async (left) => {
  const [backup] = (await upkeep().check()).backups
  if (left === 'no backup') await rm(backup?.file ?? '')
  else await truncate(backup?.file ?? '', 4096)
  await putAccounts()
  const before = await readFile(file)

  await expect(open()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })

  expect(before.equals(await readFile(file))).toBe(true)
})
