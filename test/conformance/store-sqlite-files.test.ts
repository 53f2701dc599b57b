import { existsSync, statSync } from 'node:fs'
import { chmod, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { changeFile } from './change-file.ts'
import { startOwner } from './store-owner.ts'
import { historyEntry, rollout, workload } from './store-rows.ts'

let parent: string
let folder: string
let file: string

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'longshore-store-'))
  folder = join(parent, 'state')
  file = join(folder, 'longshore.db')
})

afterEach(() => rm(parent, { recursive: true }))

const accesses = ['owner', 'reader', 'visitor'] as const
type Access = (typeof accesses)[number]

const open = (access: Access): Promise<Store> => stores.sqlite({ folder, access, now: () => 0 })

async function opened(access: Access, work: (store: Store) => Promise<unknown> = async () => {}): Promise<void> {
  const store = await open(access)
  await work(store).finally(() => store.close())
}

const change = (sql: string): void => changeFile(file, sql)

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('who may read the state', () => {
  test('folder and files are for this user alone, even under umask 0', async () => {
    const owner = startOwner(folder, 'write')
    while ((await owner.nextLine()) !== '9');
    await owner.kill()

    const names = (await readdir(folder)).toSorted()
    expect(names).toEqual(['longshore.db', 'longshore.db-shm', 'longshore.db-wal', 'longshore.lock'])
    expect(names.map((name) => mode(join(folder, name)))).toEqual(['600', '600', '600', '600'])
    expect(mode(folder)).toBe('700')
  })

  test('a file that others may read is closed to them when an owner opens it', async () => {
    await opened('owner')
    await chmod(file, 0o644)

    await opened('owner')

    expect(mode(file)).toBe('600')
  })

  test('the environment values of a snapshot are overwritten when its rollout has ended', async () => {
    await opened('owner', async (store) => {
      await store.saveRollout(rollout())
      await store.saveSnapshot('r1', { Env: ['PASSWORD=hunter2-hunter2'] })
    })
    expect(await readFile(file, 'latin1')).toContain('hunter2-hunter2')

    await opened('owner', (store) => store.saveRollout(rollout({ stage: 'ended' })))

    expect(await readdir(folder)).not.toContain('longshore.db-wal')
    expect(await readFile(file, 'latin1')).not.toContain('hunter2-hunter2')
  })
})

describe('where there is no state yet', () => {
  test('a reader finds nothing and leaves nothing behind', async () => {
    await opened('reader', async (store) => {
      expect(store.isNew).toBe(true)
      expect(await store.workloads()).toEqual([])
      await expect(store.setHold(null)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    })

    expect(existsSync(folder)).toBe(false)
  })

  test('a state that cannot be reached is not shown as an empty one', async () => {
    await writeFile(folder, 'a file where the folder should be')

    await expect(open('reader')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
  })

  test('a visitor makes one, which the next owner finds written to', async () => {
    await opened('visitor', (store) => store.setHold(null))

    await opened('owner', async (store) => expect(store.isNew).toBe(false))
  })

  test('an empty file left by a crash counts as none', async () => {
    await opened('owner')
    await truncate(file)

    await opened('reader', async (store) => expect(store.isNew).toBe(true))
    await opened('owner', async (store) => expect(store.isNew).toBe(true))
  })
})

describe('a file that is not a sound state of ours', () => {
  const spoilers: readonly [string, string, () => Promise<void> | void][] = [
    ['no database at all', 'STATE_UNREADABLE', () => writeFile(file, 'garbage\n'.repeat(2000))],
    ['the first half of one', 'STATE_UNREADABLE', async () => truncate(file, statSync(file).size / 2)],
    [
      "another program's database",
      'STATE_UNREADABLE',
      async () => {
        await rm(file)
        change('create table meta (key text, value text)')
      },
    ],
    ["a newer longshore's", 'STATE_NEWER', () => change("update meta set value = '999' where key = 'schema_version'")],
    [
      'one without a readable schema version',
      'STATE_UNREADABLE',
      () => change("update meta set value = 'x' where key = 'schema_version'"),
    ],
  ]

  describe.each(spoilers)('%s', (_, code, spoil) => {
    test.each(accesses)(`is refused to %s with ${code} and left as it was`, async (access) => {
      await opened('owner', (store) => store.saveWorkload(workload()))
      await spoil()
      await chmod(file, 0o640)
      const before = await readFile(file)

      await expect(open(access)).rejects.toMatchObject({ code })

      expect(await readFile(file)).toEqual(before)
      expect(mode(file)).toBe('640')
    })
  })

  test('is refused to an owner when a page in the middle is damaged, and the lock is free again', async () => {
    await opened('owner', async (store) => {
      for (let count = 0; count < 200; count += 1) await store.addHistory(historyEntry())
    })
    const bytes = await readFile(file)
    await writeFile(file, bytes.fill(0xff, bytes.length - 8192, bytes.length - 4096))

    await expect(open('owner')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    await expect(open('owner')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
  })

  test.each([
    ['rollouts', "update rollouts set record = '{}'", 'r1'],
    ['rollouts', "update rollouts set record = 'no json hunter2'", 'r1'],
    ['workloads', "update workloads set state = 'hunter2'", 'local/container/web'],
    ['workloads', "update workloads set digest = 'hunter2'", 'local/container/web'],
    ['history', "update history set reason = 'hunter2'", '1'],
  ])('a row of %s that cannot be read is named without its contents (%s)', async (table, sql, id) => {
    await opened('owner', async (store) => {
      await store.saveRollout(rollout(), { history: historyEntry() })
      await store.saveWorkload(workload())
    })
    change(sql)

    await opened('reader', async (store) => {
      const reading = Promise.all([store.rollout('r1'), store.workloads(), store.history({ limit: 1 })])
      await expect(reading).rejects.toMatchObject({
        code: 'STATE_UNREADABLE',
        message: `the row ${id} of the table ${table} cannot be read`,
      })
    })
  })
})
