import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { at, historyEntry, override, pause } from './store-rows.ts'

const { parent, folder, file, backupFolder, log } = useSqlitePlace()
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
