import { copyFile, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import type { FallbackPlace } from '../../src/store/sqlite/fallback.ts'
import type { Store } from '../../src/store/store.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { at, historyEntry, override } from './store-rows.ts'

const { parent, folder, file, backupFolder, said, log } = useSqlitePlace()
let now: number

beforeEach(() => {
  now = Date.parse('2026-11-21T10:00:00.000Z')
})

const open = (access: 'owner' | 'reader' | 'visitor' = 'owner', fallback?: FallbackPlace): Promise<Store> =>
  stores.sqlite({
    folder,
    access,
    backups: { folder: backupFolder, keep: 3 },
    log,
    now: () => now,
    ...(fallback && { fallback }),
  })
const upkeep = () => upkeeps.sqlite({ folder, backups: { folder: backupFolder, keep: 3 }, now: () => now })

async function opened<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await open()
  return work(store).finally(() => store.close())
}

/** A state with a word of a person, and a backup of it. */
const backedUp = () =>
  opened(async (store) => {
    await store.setOverride(override())
    return store.backups?.take()
  })

test('a state that is gone goes on from its newest good backup, with everything held, at the start of its owner alone', async () => {
  await backedUp()
  await rm(file)
  await writeFile(`${file}-wal`, 'the log of what is gone')
  const reader = await open('reader')
  expect(reader.isNew).toBe(true)
  await reader.close()
  await expect(open('visitor')).rejects.toMatchObject({
    code: 'STATE_UNREADABLE',
    message: expect.stringContaining('there is none, but 1 backup of one'),
  })
  expect(await readdir(folder)).not.toContain('longshore.db')

  await opened(async (store) => {
    expect(store.isNew).toBe(false)
    expect(await store.overrides()).toEqual([override()])
    expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } })
  })

  expect(said).toEqual([expect.stringMatching(/everything is held: the state was lost .* backup of 2026-11-21/)])
  expect(await upkeep().check()).toMatchObject({ standing: 'sound', restores: 1 })
})

test.each([
  ['gone', () => rm(file)],
  ['empty', () => truncate(file)],
])('a state that is %s begins anew with everything held where none of them is good', async (_, damage) => {
  await backedUp()
  const [backup] = (await upkeep().check()).backups
  await truncate(backup?.file ?? '', 8192)
  await damage()

  await opened(async (store) => {
    expect(await store.overrides()).toEqual([])
    expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_LOST' } })
    await store.setHold(null)
  })

  expect(said).toEqual([
    expect.stringContaining('is passed over: database disk image is malformed'),
    expect.stringMatching(/everything is held: the state .* was lost .*none of 1 backups is good/),
  ])
  await opened(async (store) => expect(await store.hold()).toBeNull())
})

test('a second folder begins anew, whatever backups lie there of the last time that it was used', async () => {
  await backedUp()
  await rm(file)

  const store = await open('owner', { folder, insteadOf: join(parent, 'first') })
  expect(await store.overrides()).toEqual([])
  expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_LOST' } })
  await store.close()
})

describe('a log that is damaged', () => {
  const wal = () => `${file}-wal`

  /** A state as a process leaves it that is killed: twenty words in its log, which has a bit flipped there. */
  async function damagedAt(part: number, backUpAfter = 0): Promise<void> {
    await backedUp()
    const store = await open()
    for (let word = 1; word <= 20; word += 1) {
      await store.addHistory(historyEntry({ at: at(word) }))
      if (word === backUpAfter) await store.backups?.take()
    }
    for (const suffix of ['', '-wal']) await copyFile(file + suffix, join(parent, `copy${suffix}`))
    await store.close()
    for (const suffix of ['', '-wal']) await copyFile(join(parent, `copy${suffix}`), file + suffix)
    const bytes = await readFile(wal())
    const place = Math.floor(bytes.length * part)
    bytes.writeUInt8(bytes.readUInt8(place) ^ 1, place)
    await writeFile(wal(), bytes)
    now += 60_000
  }

  test('is kept aside with its state, what had been written before goes on, and everything is held', async () => {
    await damagedAt(0.5)
    const before = [await readFile(file), await readFile(wal())]
    expect(await upkeep().check()).toMatchObject({
      standing: 'damaged',
      problem: expect.stringMatching(/write-ahead log .* from frame \d+ on/),
    })
    await expect(open('visitor')).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    await (await open('reader')).close()

    await opened(async (store) => {
      const words = (await store.history({ limit: 99 })).toReversed()
      expect(words.length).toBeGreaterThan(5)
      expect(words.length).toBeLessThan(20)
      expect(words.slice(0, -1).map((word) => word.at)).toEqual(words.slice(1).map((_, index) => at(index + 1)))
      expect(words.at(-1)).toMatchObject({ kind: 'hold', reason: { code: 'STATE_RESTORED' } })
      expect(await store.overrides()).toEqual([override()])
    })

    expect(said).toEqual([expect.stringMatching(/everything is held: the state was damaged .*write-ahead log/)])
    const aside = `${file}.damaged-20261121T100100000Z`
    expect([await readFile(aside), await readFile(`${aside}-wal`)]).toEqual(before)
    expect((await stat(aside)).mode & 0o777).toBe(0o600)
    expect(await upkeep().check()).toMatchObject({ standing: 'sound', restores: 1, keptAside: [aside] })
    expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([])
  })

  test.each([
    [2, 'what had been written before that'],
    [18, 'the backup of 2026-11-21 10:00:00Z'],
  ])('goes on from whatever goes further, where a backup was taken after word %i of 20', async (word, told) => {
    await damagedAt(0.5, word)

    await opened(async (store) => {
      expect((await store.hold())?.reason.sentence).toContain(`in its place is ${told}`)
      if (word === 18) expect(await store.history({ limit: 99 })).toHaveLength(19)
    })
  })

  test('is told of once: a process that is killed right after leaves nothing to find', async () => {
    await damagedAt(0.2)
    const store = await open()
    for (const suffix of ['', '-wal']) await copyFile(file + suffix, join(parent, `copy${suffix}`))
    await store.close()
    for (const suffix of ['', '-wal']) await copyFile(join(parent, `copy${suffix}`), file + suffix)

    await opened((again) => again.setHold(null))

    expect(said).toHaveLength(1)
    await opened(async (again) => expect(await again.hold()).toBeNull())
  })

  test('that was cut off by the end of the power is gone on from without a word', async () => {
    await damagedAt(1 - 1 / 4096)
    await truncate(wal(), (await stat(wal())).size - 2000)

    await opened(async (store) => {
      expect(await store.history({ limit: 99 })).toHaveLength(19)
      expect(await store.hold()).toBeNull()
    })

    expect(said).toEqual([])
  })
})
