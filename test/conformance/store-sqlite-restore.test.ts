import { chown, copyFile, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, test } from 'vitest'
import { movables, stores, upkeeps } from '../../src/store/index.ts'
import { cancelMove, moveState } from '../../src/store/sql/move-state.ts'
import type { Store } from '../../src/store/store.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { at, historyEntry, override, pause } from './store-rows.ts'

const { parent, folder, file, backupFolder, said, log } = useSqlitePlace()
let now: number

beforeEach(() => {
  now = Date.parse('2026-11-21T10:00:00.000Z')
})

const backups = { folder: backupFolder, keep: 3 }
const open = (): Promise<Store> => stores.sqlite({ folder, access: 'owner', backups, log, now: () => now })
const upkeep = () => upkeeps.sqlite({ folder, backups, now: () => now })

async function opened<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await open()
  return work(store).finally(() => store.close())
}

const words = (store: Store) => store.history({ limit: 99 })

/** Leaves the state in `folder` as a process leaves it that is killed: with twenty words in its log alone. */
async function killed(before?: (store: Store) => Promise<unknown>): Promise<void> {
  const copy = join(parent, 'copy')
  if (before !== undefined) await opened(before)
  const store = await open()
  for (let word = 1; word <= 20; word += 1) await store.addHistory(historyEntry({ at: at(word) }))
  for (const suffix of ['', '-wal']) await copyFile(file + suffix, copy + suffix)
  await store.close()
  for (const suffix of ['', '-wal']) await copyFile(copy + suffix, file + suffix)
}

describe('a file that a killed process left, with its log beside it', () => {
  test.each([
    ['a state', (store: Store) => store.setPause(pause())],
    ['a state that is in its log alone', undefined],
  ])('takes the place of the state with all that the log has: %s', async (_, before) => {
    await killed(before)
    const left = join(parent, 'left')
    await mkdir(left)
    for (const suffix of ['', '-wal']) await copyFile(file + suffix, join(left, `longshore.db${suffix}`))
    await rm(folder, { recursive: true })
    const bytes = await readFile(join(left, 'longshore.db-wal'))

    await upkeep().restore(join(left, 'longshore.db'), 'ada')

    await opened(async (store) => expect(await words(store)).toHaveLength(21))
    expect(bytes.equals(await readFile(join(left, 'longshore.db-wal')))).toBe(true)
    expect((await readdir(left)).toSorted()).toEqual(['longshore.db', 'longshore.db-wal'])
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
  })

  test('undoes a restore that had kept it aside', async () => {
    await killed((store) => store.setOverride(override()).then(() => store.backups?.take()))

    const { keptAside } = await upkeep().restore(null, 'ada')
    await opened(async (store) => expect(await words(store)).toHaveLength(1))
    now += 60_000
    await upkeep().restore(keptAside, 'ada')

    await opened(async (store) => expect(await words(store)).toHaveLength(21))
  })

  test('is refused where its log is damaged, and so is one that is no state with it', async () => {
    await killed()
    const bytes = await readFile(`${file}-wal`)
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    const copy = join(parent, 'copy')
    await copyFile(file, copy)
    await writeFile(`${copy}-wal`, bytes)

    await expect(upkeep().restore(copy, 'ada')).rejects.toMatchObject({
      code: 'STATE_BACKUP_UNUSABLE',
      message: expect.stringMatching(/write-ahead log cannot be read from frame \d+ on/),
    })

    await writeFile(copy, 'garbage\n'.repeat(2000))
    await expect(upkeep().restore(copy, 'ada')).rejects.toMatchObject({ code: 'STATE_BACKUP_UNUSABLE' })
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
    await opened(async (store) => expect(await store.hold()).toBeNull())
  })
})

/** What opens and fails at the first byte, whoever reads it: as a disk does that fails, or a file of another user. */
const unreadable = '/proc/self/mem'
const newestName = 'longshore-20261121T120000000Z.db'

describe('a backup that cannot be read', () => {
  const backedUp = () => opened((store) => store.setPause(pause()).then(() => store.backups?.take()))

  test('is passed over and told of, and an older one that is good takes the place of the state', async () => {
    await backedUp()
    await symlink(unreadable, join(backupFolder, newestName))
    await truncate(file, 8192)

    await opened(async (store) => {
      expect(await store.pauses()).toEqual([pause()])
      expect((await store.hold())?.reason.sentence).toContain('the backup of 2026-11-21 10:00:00Z')
    })

    expect(said[0]).toMatch(/120000000Z\.db is passed over: it cannot be read: /)
    const { passedOver } = await upkeep().restore(null, 'ada')
    expect(passedOver).toMatchObject([
      { file: join(backupFolder, newestName), problem: expect.stringContaining('cannot be read') },
    ])
    const { backups: listed } = await upkeep().check()
    expect(listed.map(({ problem }) => problem)).toEqual([expect.stringContaining('cannot be read'), null])
  })

  test.each([
    ['gone', () => rm(file), 'was lost (there is none, but 2 backups of one)'],
    ['damaged', () => truncate(file, 8192), 'was damaged (database disk image is malformed)'],
  ])('may be good: nothing begins anew in the place of a state that is %s', async (_, damage, told) => {
    await backedUp()
    await rm(backupFolder, { recursive: true })
    await mkdir(backupFolder)
    await symlink(unreadable, join(backupFolder, newestName))
    await symlink('itself', join(backupFolder, 'itself'))
    await symlink('itself', join(backupFolder, newestName.replace('T12', 'T11')))
    await damage()
    const names = async () => (await readdir(folder)).filter((name) => !/-(wal|shm)$/.test(name))
    const before = await names()

    const refused = expect.stringContaining(
      `${told}, and ${join(backupFolder, newestName)} may be good: it cannot be read`,
    )
    await expect(open()).rejects.toMatchObject({ code: 'STATE_UNREADABLE', message: refused })

    expect(await names()).toEqual(before)
    for (const [name, problem] of [
      [null, 'may be good: it cannot be read'],
      [newestName, 'cannot be read'],
    ] as const) {
      await expect(upkeep().restore(name, 'ada')).rejects.toMatchObject({
        code: 'STATE_BACKUP_UNUSABLE',
        message: expect.stringContaining(problem),
      })
    }
  })
})

// Who is not root makes files of nobody else.
describe.skipIf(process.geteuid?.() !== 0)('what root writes beside the service of another user', () => {
  const nobody = 65_534
  const uids = async (...names: string[]) => Promise.all(names.map(async (name) => (await stat(name)).uid))

  /** Gives all that lies there to another user, as it is where that one made it. */
  async function give(): Promise<void> {
    const names = await readdir(parent, { recursive: true })
    for (const name of names) await chown(join(parent, name), nobody, nobody)
  }

  test('belongs to that user, but for a copy elsewhere', async () => {
    await opened((store) => store.setPause(pause()))
    await give()

    const elsewhere = join(parent, 'elsewhere.db')
    const { file: taken } = await upkeep().backUp(null)
    await upkeep().backUp(elsewhere)
    const { keptAside } = await upkeep().restore(null, 'ada')

    expect(await uids(backupFolder, taken, file, keptAside ?? '')).toEqual([nobody, nobody, nobody, nobody])
    expect(await uids(elsewhere)).toEqual([0])
  })

  test('belongs to the owner of the folder where nothing lies there yet', async () => {
    await opened(async (store) => store.backups?.take())
    const copy = join(parent, 'copy.db')
    await copyFile(join(backupFolder, 'longshore-20261121T100000000Z.db'), copy)
    await rm(folder, { recursive: true })
    await mkdir(folder, { mode: 0o700 })
    await give()

    await upkeep().restore(copy, 'ada')

    expect(await uids(file, join(folder, 'longshore.lock'))).toEqual([nobody, nobody])
  })

  test('belongs to that user where a copy is named in a folder of theirs, and in no other', async () => {
    await opened(async (store) => store.backups?.take())
    await give()
    const others = join(parent, 'others')
    await mkdir(others)
    await chown(others, nobody - 1, nobody - 1)

    const copies = [join(backupFolder, 'mine.db'), join(folder, 'mine.db'), join(others, 'mine.db')]
    for (const each of copies) await upkeep().backUp(each)

    expect(await uids(...copies)).toEqual([nobody, nobody, 0])
  })

  test('belongs to the owner of the folder that a state is moved to', async () => {
    await opened((store) => store.setPause(pause()))
    const target = join(parent, 'target')
    await mkdir(target, { mode: 0o700 })
    await chown(target, nobody, nobody)

    await moveState(await movables.sqlite(folder), await movables.sqlite(target), now)

    const names = await readdir(target)
    expect(names).toEqual(expect.arrayContaining(['longshore.db', 'longshore.lock']))
    expect(await uids(...names.map((name) => join(target, name)))).toEqual(names.map(() => nobody))
    expect(await uids(file, join(folder, 'longshore.lock'))).toEqual([0, 0])
  })

  test('stays with root where the state is its own, whosever the folder is', async () => {
    await opened((store) => store.setPause(pause()))
    await chown(folder, nobody, nobody)

    const { file: taken } = await upkeep().backUp(null)
    const { file: copy } = await upkeep().backUp(join(folder, 'copy.db'))

    expect(await uids(backupFolder, taken, copy)).toEqual([0, 0, 0])
  })
})

describe('a state that was moved elsewhere', () => {
  const elsewhere = join(parent, 'elsewhere')
  const movedTo = expect.stringContaining(`was moved to ${join(elsewhere, 'longshore.db')}`)

  async function moveAway(): Promise<void> {
    await opened((store) => store.setPause(pause()).then(() => store.backups?.take()))
    await moveState(await movables.sqlite(folder), await movables.sqlite(elsewhere), now)
  }

  test('is replaced by no backup until that is taken back', async () => {
    await moveAway()

    await expect(upkeep().restore(null, 'ada')).rejects.toMatchObject({ code: 'STATE_MOVED', message: movedTo })
    await expect(open()).rejects.toMatchObject({ code: 'STATE_MOVED' })

    await cancelMove(await movables.sqlite(folder), 'ada', now)
    await upkeep().restore(null, 'ada')
    await opened(async (store) => expect((await store.hold())?.reason.code).toBe('STATE_RESTORED'))
  })

  test.each(['start', 'restore'])(
    'stays so where a backup takes the place of it since it is damaged (%s)',
    async (how) => {
      await moveAway()
      const database = new DatabaseSync(file)
      database.exec('drop table journal')
      database.close()

      if (how === 'restore') await upkeep().restore(null, 'ada')
      await expect(open()).rejects.toMatchObject({ code: 'STATE_MOVED', message: movedTo })

      expect(await upkeep().check()).toMatchObject({ standing: 'sound', movedTo: join(elsewhere, 'longshore.db') })
      await cancelMove(await movables.sqlite(folder), 'ada', now)
      await opened(async (store) => expect(await store.pauses()).toEqual([pause()]))
    },
  )
})
