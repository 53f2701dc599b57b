import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { connectAndMigrate } from './database.ts'
import { examineApart } from './examine-apart.ts'
import { examineFile } from './examine-file.ts'
import { createFolder, stateFiles } from './files.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-apart-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A state that nobody has open. */
async function makeState(name: string): Promise<string> {
  const files = stateFiles(join(folder, name))
  createFolder(files.folder)
  const { close } = await connectAndMigrate(files)
  close()
  return files.database
}

/** How often others here had their turn until it was looked at: on this thread a few times, wherever it awaits anything. */
async function turnsMeanwhile(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  const turn = (): void => {
    turns += 1
    next = setImmediate(turn)
  }
  let next = setImmediate(turn)
  await work()
  clearImmediate(next)
  return turns
}

describe('a large file', () => {
  test('is sound, empty, foreign, damaged or absent on another thread, as it is on this one', async () => {
    const [sound, damaged] = [await makeState('sound'), await makeState('damaged')]
    truncateSync(damaged, 10_000)
    const foreign = join(folder, 'foreign.db')
    const database = new DatabaseSync(foreign)
    database.exec('create table notes (id integer)')
    database.close()
    const empty = join(folder, 'empty.db')
    writeFileSync(empty, '')
    const all = [sound, empty, foreign, damaged, join(folder, 'absent.db')]

    const found = await Promise.all(all.map((file) => examineApart(file, 0)))

    expect(found.map(({ kind }) => kind)).toEqual(['sound', 'empty', 'foreign', 'damaged', 'absent'])
    expect(found).toEqual(await Promise.all(all.map((file) => examineFile(file, 'still'))))
  })

  test('fails as on this one where it cannot be told', async () => {
    const error: unknown = await examineFile(folder, 'still').catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(Error)
    await expect(examineApart(folder, 0)).rejects.toEqual(error)
  })

  test('keeps nobody here waiting', async () => {
    const file = await makeState('waiting')

    expect(await turnsMeanwhile(() => examineApart(file, 0))).toBeGreaterThan(50)
  })
})

test('a small file is looked at without a thread, whose memory would never be given back', async () => {
  const file = await makeState('small')

  expect(await turnsMeanwhile(() => examineApart(file))).toBeLessThan(20)
})
