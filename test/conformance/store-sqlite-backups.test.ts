import { chmod, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { changeFile } from './change-file.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { digest, historyEntry, override, pause, quarantine, rollout, workload } from './store-rows.ts'

const { parent, folder, file, backupFolder, said, log } = useSqlitePlace()
let now: number

beforeEach(() => {
  now = Date.parse('2026-11-21T10:00:00.000Z')
})

const open = (access: 'owner' | 'reader' | 'visitor' = 'owner', keep = 3): Promise<Store> =>
  stores.sqlite({ folder, access, backups: { folder: backupFolder, keep }, log, now: () => now })
const upkeep = () => upkeeps.sqlite({ folder, backups: { folder: backupFolder, keep: 3 }, now: () => now })

async function opened<Result>(work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await open()
  return work(store).finally(() => store.close())
}

/** A state with something of everything that people said, and a backup of it. */
const backedUp = () =>
  opened(async (store) => {
    await store.saveWorkload(workload())
    await store.setOverride(override())
    await store.setPause(pause())
    await store.saveRollout(rollout({ stage: 'ended' }), { history: historyEntry(), quarantine: quarantine() })
    await Promise.all(Array.from({ length: 200 }, () => store.addHistory(historyEntry())))
    return store.backups?.take()
  })

const mode = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)
const backups = async () => (await upkeep().check()).backups
const change = (sql: string, path = file): void => changeFile(path, sql)

/** Flips one bit. */
async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path)
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  await writeFile(path, bytes)
}

describe('a backup', () => {
  test('is for this user alone, whole and checked, and leaves nothing beside it', async () => {
    await backedUp()

    expect(await readdir(backupFolder)).toEqual(['longshore-20261121T100000000Z.db'])
    expect(await mode(backupFolder)).toBe('700')
    expect(await mode(join(backupFolder, 'longshore-20261121T100000000Z.db'))).toBe('600')
    expect(await backups()).toMatchObject([{ at: '2026-11-21T10:00:00.000Z', problem: null }])
  })

  test('is taken while its owner goes on writing, and has all that was written before it began', async () => {
    const store = await open()
    await store.setOverride(override())
    const end = new AbortController()
    let written = 0
    const taking = store.backups?.take().finally(() => end.abort())
    while (!end.signal.aborted) await store.addHistory(historyEntry({ at: String((written += 1)) }))
    const taken = await taking
    await store.close()

    expect(taken?.problem).toBeNull()
    await upkeep().restore(taken?.file ?? '', 'ada')
    await opened(async (restored) => expect(await restored.override(override().workload)).toEqual(override()))
  })

  test('takes the place of the oldest, and only of that', async () => {
    await opened(async (store) => {
      for (let count = 0; count < 5; count += 1) {
        now += 60_000
        await store.backups?.take()
      }
    })

    const times = (await backups()).map(({ at }) => at.slice(11, 16))
    expect(times).toEqual(['10:05', '10:04', '10:03'])
  })

  test('of a wave of rollouts does not push out what lies before it', async () => {
    await opened(async (store) => {
      await store.backups?.take()
      now += 3_600_000
      await store.backups?.take()
      for (let count = 0; count < 30; count += 1) {
        now += 1_000
        await store.backups?.take()
      }
    })

    const times = (await backups()).map(({ at }) => at.slice(11, 19))
    expect(times).toEqual(['11:00:30', '11:00:00', '10:00:00'])
  })

  test('is the newest also after the clock was set back', async () => {
    await opened(async (store) => {
      await store.backups?.take()
      now -= 3_600_000
      await store.setPause(pause())
      await store.backups?.take()
    })

    expect((await backups()).map(({ at }) => at)).toEqual(['2026-11-21T10:00:00.001Z', '2026-11-21T10:00:00.000Z'])
  })

  test('is not taken of a state that is damaged by now, and those that there are stay', async () => {
    await backedUp()
    const store = await open()
    change("delete from meta where key = 'schema_version'; update workloads set digest = 'x'")

    for (let count = 0; count < 4; count += 1) {
      await expect(store.backups?.take()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    }
    await store.close()

    expect(await readdir(backupFolder)).toEqual(['longshore-20261121T100000000Z.db'])
  })

  test('is not taken where none are to be kept', async () => {
    const store = await open('owner', 0)
    expect(store.backups).toBeUndefined()
    await store.close()

    expect(await readdir(folder)).not.toContain('backups')
  })

  test('is taken before a migration, and stays when newer ones come', async () => {
    await backedUp()
    await rm(backupFolder, { recursive: true })
    change(
      "drop table event_trail; drop table source_troubles; update meta set value = '13' where key = 'schema_version'",
    )

    await opened(async (store) => {
      for (let count = 0; count < 5; count += 1) {
        now += 60_000
        await store.backups?.take()
      }
    })

    expect((await readdir(backupFolder)).toSorted()).toEqual([
      'longshore-20261121T100000000Z-schema13.db',
      'longshore-20261121T100300000Z.db',
      'longshore-20261121T100400000Z.db',
      'longshore-20261121T100500000Z.db',
    ])
  })
})

/** What can become of a file. */
const damages: readonly (readonly [string, () => Promise<void> | void, RegExp])[] = [
  ['truncated', async () => truncate(file, (await stat(file)).size / 2), /malformed|image/],
  ['empty', () => truncate(file), /empty/],
  ['no database', () => writeFile(file, 'garbage\n'.repeat(3000)), /not a database/],
  ['hit in a page', async () => (await flipPage(3), undefined), /malformed|page|Tree/],
  ['hit in its header', () => flip(file, 70), /mark/],
  ['without a table', () => change('drop table journal; drop table pauses'), /journal/],
  [
    'without a column',
    () => change('drop index images_sum; alter table images drop column description'),
    /images\.description/,
  ],
  ['without an index', () => change('drop index history_by_workload'), /index history/],
  [
    'of an unreadable schema',
    () => change("update meta set value = 'x' where key = 'schema_version'"),
    /schema_version/,
  ],
  ['with a row that decisions stand on unreadable', () => change("update workloads set digest = 'x'"), /workloads/],
]

/** Overwrites the beginning of a page, counted from the end. */
async function flipPage(fromEnd: number): Promise<void> {
  const bytes = await readFile(file)
  const start = bytes.length - fromEnd * 4096
  await writeFile(file, bytes.fill(0xa5, start, start + 64))
}

describe.each(damages)('a state that is %s', (_, damage, problem) => {
  test('is kept aside and replaced by its backup, with everything held, at the start of its owner alone', async () => {
    await backedUp()
    await damage()
    await chmod(file, 0o600)
    const before = await readFile(file)
    for (const access of ['reader', 'visitor'] as const) await look(access)
    expect(before.equals(await readFile(file))).toBe(true)

    now += 60_000
    const store = await open()

    const aside = `${file}.damaged-20261121T100100000Z`
    expect(before.equals(await readFile(aside))).toBe(true)
    expect(await mode(aside)).toBe('600')
    const hold = await store.hold()
    expect(hold?.reason.code).toBe('STATE_RESTORED')
    expect(hold?.reason.sentence).toContain(aside)
    expect(hold?.reason.sentence).toContain('the backup of 2026-11-21 10:00:00Z')
    expect(hold?.reason.sentence).toMatch(problem)
    expect(said).toEqual([expect.stringContaining('everything is held')])
    expect(store.isNew).toBe(false)
    expect(await store.override(override().workload)).toEqual(override())
    expect(await store.pauses()).toEqual([pause()])
    expect(await store.quarantines()).toEqual([quarantine()])
    expect(await store.history({ limit: 1 })).toMatchObject([{ kind: 'hold', reason: { code: 'STATE_RESTORED' } }])
    await store.close()
    expect(await upkeep().check()).toMatchObject({ standing: 'sound', restores: 1, keptAside: [aside] })
    await opened(async (again) => expect(await again.hold()).toEqual(hold))
  })

  test('is refused and left alone where there is no good backup', async () => {
    await backedUp()
    await rm(backupFolder, { recursive: true })
    await damage()
    const before = await readFile(file)
    // An empty file is what a crash before the first write leaves.
    if (before.length === 0) return void (await (await open()).close())

    await expect(open()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })

    expect(before.equals(await readFile(file))).toBe(true)
  })
})

test('one bit that is wrong, wherever it is, keeps no owner from starting with rows that can be read', async () => {
  await backedUp()
  const sound = await readFile(file)
  const restored: boolean[] = []
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: sound.length * 8 - 1 }), async (bit) => {
      const bytes = Buffer.from(sound)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
      await writeFile(file, bytes)
      now += 60_000
      await opened(async (store) => {
        expect(await store.workloads()).toHaveLength(1)
        expect(await store.overrides()).toHaveLength(1)
        expect(await store.openRollouts()).toEqual([])
        restored.push((await store.hold()) !== null)
      })
    }),
    // Fixed: a bit of the schema's number can make it a newer one, which is refused.
    { numRuns: 60, seed: 7 },
  )
  expect(new Set(restored).size).toBe(2)
})

/** Neither finds anything, or both are refused; neither replaces anything. */
async function look(access: 'reader' | 'visitor'): Promise<void> {
  try {
    const store = await open(access)
    await store.workloads().finally(() => store.close())
  } catch (error) {
    expect(error).toMatchObject({ code: 'STATE_UNREADABLE' })
  }
}

describe('with several backups', () => {
  test('a bad one is passed over', async () => {
    await backedUp()
    now += 60_000
    await opened(async (store) => store.backups?.take())
    const [newest, older] = await backups()
    await truncate(newest?.file ?? '', 8192)
    await truncate(file, 4096)

    await opened(async (store) => expect((await store.hold())?.reason.sentence).toContain('10:00:00Z'))

    expect(older?.at).toBe('2026-11-21T10:00:00.000Z')
    expect((await backups()).map(({ problem }) => problem === null)).toEqual([false, true])
  })

  test("a newer longshore's is refused, and gone back from by hand", async () => {
    await backedUp()
    change("update meta set value = '999' where key = 'schema_version'")

    await expect(open()).rejects.toMatchObject({
      code: 'STATE_NEWER',
      hint: expect.stringContaining('longshore state restore'),
    })
    await upkeep().restore(null, 'ada')

    await opened(async (store) => expect(await store.overrides()).toEqual([override()]))
  })
})

describe('a restore by hand', () => {
  test('keeps what was there, says who did it, and holds everything', async () => {
    await backedUp()
    await opened((store) => store.setOverride(override({ digest: digest(9) })))
    now += 60_000

    const done = await upkeep().restore('longshore-20261121T100000000Z.db', 'ada')

    expect(done.keptAside).toBe(`${file}.replaced-20261121T100100000Z`)
    const aside = new DatabaseSync(done.keptAside ?? '')
    expect(aside.prepare('select digest from overrides').get()).toEqual({ digest: digest(9) })
    aside.close()
    await opened(async (store) => {
      expect((await store.hold())?.reason.sentence).toMatch(/^ada put the backup of 2026-11-21 10:00:00Z/)
      expect(await store.history({ limit: 1 })).toMatchObject([{ actor: 'ada' }])
      expect(await store.overrides()).toEqual([override()])
    })
  })

  test('is refused while the state is in use, and with a file that is no good backup', async () => {
    await backedUp()
    const bad = join(parent, 'bad.db')
    await writeFile(bad, 'garbage')
    await opened(() =>
      expect(upkeep().restore(null, 'ada')).rejects.toMatchObject({ code: 'STATE_LOCKED', message: /pid/ }),
    )

    for (const name of [bad, join(parent, 'none.db')]) {
      await expect(upkeep().restore(name, 'ada')).rejects.toMatchObject({ code: 'STATE_BACKUP_UNUSABLE' })
    }
    await rm(backupFolder, { recursive: true })
    await expect(upkeep().restore(null, 'ada')).rejects.toMatchObject({ code: 'STATE_BACKUP_UNUSABLE' })
    await opened(async (store) => expect(await store.hold()).toBeNull())
  })

  test.each([
    ['nothing was moved', []],
    ['the log was moved', ['-wal']],
    ['the state was moved', ['-wal', '']],
  ])('that was cut off when %s is finished by the next owner', async (_, moved) => {
    await backedUp()
    const done = await upkeep().restore(null, 'ada')
    const stamp = done.keptAside?.split('.replaced-')[1]
    // As it was before the last step: what takes the place lies ready, and what was there is partly aside.
    await rename(file, `${file}.restoring-replaced-${stamp}`)
    await rename(done.keptAside ?? '', file)
    await writeFile(`${file}-wal`, 'a log of the file before')
    for (const suffix of moved) await rename(file + suffix, `${done.keptAside}${suffix}`)

    await opened(async (store) => {
      expect((await store.hold())?.reason.code).toBe('STATE_RESTORED')
      expect(await store.overrides()).toEqual([override()])
    })

    const names = (await readdir(folder)).filter((name) => /^longshore\.db(?!.*-shm)/.test(name))
    expect(names.toSorted()).toEqual([
      'longshore.db',
      `longshore.db.replaced-${stamp}`,
      `longshore.db.replaced-${stamp}-wal`,
    ])
  })
})

test('the state is checked, backed up and exported beside its owner, and what lies elsewhere is not replaced', async () => {
  await mkdir(parent, { recursive: true })
  await backedUp()
  const to = join(parent, 'copy.db')
  await opened(async () => {
    expect(await upkeep().check()).toMatchObject({
      standing: 'sound',
      problem: null,
      rows: { history: 201, overrides: 1 },
    })
    expect(await upkeep().backUp(to)).toMatchObject({ file: to, problem: null })
    expect(await mode(to)).toBe('600')
    await expect(upkeep().backUp(to)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
    const kinds: string[] = []
    for await (const { kind } of upkeep().contents()) kinds.push(kind)
    expect(kinds).toContain('pin')
  })
})
