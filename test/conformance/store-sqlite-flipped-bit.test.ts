import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stores, upkeeps } from '../../src/store/index.ts'
import { examineFile } from '../../src/store/sqlite/examine-file.ts'
import { historyEntry, override, pause, quarantine, rollout, tagObservation, workload } from './store-rows.ts'

let folder: string
let file: string
/** The bytes of a state that nobody has open, and what its rows say. */
let sound: Buffer
let rows: string

const now = () => Date.parse('2026-11-21T10:00:00.000Z')
const backups = () => ({ folder: join(folder, 'backups'), keep: 3 })
const openOwner = () =>
  stores.sqlite({ folder, access: 'owner', backups: backups(), log: { warn: () => {}, error: () => {} }, now })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-bit-'))
  file = join(folder, 'longshore.db')
  const store = await openOwner()
  await store.saveTagObservation(tagObservation())
  await store.saveWorkload(workload())
  await store.setOverride(override())
  await store.setPause(pause())
  await store.saveRollout(rollout({ stage: 'ended', logTail: 'a line of its log\n'.repeat(500) }), {
    history: historyEntry(),
    quarantine: quarantine(),
  })
  for (let entry = 0; entry < 40; entry += 1) await store.addHistory(historyEntry())
  await store.backups?.take()
  await store.close()
  sound = await readFile(file)
  rows = rowsOf(file)
})
afterAll(() => rm(folder, { recursive: true }))

/** All that is in it, as any program reads it. */
function rowsOf(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const tables = database.prepare("select name from sqlite_schema where type = 'table' order by name").all()
    return JSON.stringify(tables.map(({ name }) => database.prepare(`select rowid, * from ${String(name)}`).all()))
  } finally {
    database.close()
  }
}

async function flip(bit: number): Promise<void> {
  const bytes = Buffer.from(sound)
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  for (const suffix of ['', '-wal', '-shm']) await rm(file + suffix, { force: true })
  await writeFile(file, bytes)
}

/** @returns whether it was found */
async function isFound(bit: number): Promise<boolean> {
  await flip(bit)
  const live = await examineFile(file, 'unopened')
  const still = await examineFile(file, 'still')
  expect(still.kind, `of a backup, bit ${bit}`).toBe(live.kind)
  if (live.kind === 'damaged') return true
  expect(live.kind, `bit ${bit}`).toBe('sound')
  expect(rowsOf(file), `bit ${bit}`).toBe(rows)
  return false
}

test('a bit that is wrong in a row is found, or in its checksum', async () => {
  const words = ['a line of its log', 'the new version became unhealthy', 'local/container/web', 'sha256:', 'ada']
  const hits = words.flatMap((word) => {
    const all: number[] = []
    for (let at = sound.indexOf(word); at >= 0; at = sound.indexOf(word, at + 1)) all.push(at)
    return all.filter((_, index) => index % 40 === 0).map((at) => at + word.length - 1)
  })
  expect(hits.length).toBeGreaterThan(words.length)

  for (const at of hits) expect(await isFound(at * 8), `byte ${at}`).toBe(true)
})

test('a bit that is wrong anywhere else is found too, or changes nothing', async () => {
  const found: boolean[] = []
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: sound.length * 8 - 1 }), async (bit) => {
      found.push(await isFound(bit))
    }),
    { numRuns: 300, seed: 7 },
  )
  expect(new Set(found).size).toBe(2)
})

test('a bit that is wrong in its header is found, or it is written as before', async () => {
  for (let bit = 0; bit < 800; bit += 7) {
    if (await isFound(bit)) continue
    const store = await openOwner()
    await store.setPause(pause({ reason: 'written after it' })).finally(() => store.close())
    expect(await examineFile(file, 'unopened'), `bit ${bit}`).toMatchObject({ kind: 'sound' })
  }
})

test.each([
  ['a word of a person', () => sound.indexOf('ada') * 8, /row \d+ of the table \w+ has not the checksum of what was/],
  ['the number of its schema', () => sound.indexOf('schema_version16') * 8 + 14 * 8, /checksum|schema_version/],
  ['what says that it may be written', () => 18 * 8 + 3, /must not be written/],
])('after one bit of %s the newest good backup takes its place, and everything is held', async (_, bit, problem) => {
  await flip(bit())

  const store = await openOwner()

  const hold = await store.hold()
  await store.close()
  expect(hold?.reason).toMatchObject({
    code: 'STATE_RESTORED',
    sentence: expect.stringMatching(problem),
  })
  const report = await upkeeps.sqlite({ folder, backups: backups(), now }).check()
  expect(report).toMatchObject({ standing: 'sound', restores: 1 })
})
