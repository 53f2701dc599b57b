import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logDamage } from './log-damage.ts'

const frameBytes = 24 + 4096
const startOf = (frame: number): number => 32 + (frame - 1) * frameBytes

let folder: string
/** A database as a process leaves it that is killed: the log begun anew once, with frames of before at its end. */
let database: string
let log: Buffer
/** The last frame of each transaction since then, counted from 1. */
let commits: number[]
let frames: number

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-log-'))
  const live = join(folder, 'live.db')
  database = join(folder, 'copy.db')
  const db = new DatabaseSync(live)
  db.exec('pragma journal_mode = wal; create table words (word text primary key, about text)')
  const write = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      db.exec(`insert into words values ('${index} ${String(Math.random())}', '${'x'.repeat(5000)}')`),
    )
  write(20)
  db.exec('pragma wal_checkpoint(restart)')
  write(8)
  copyFileSync(live, database)
  log = readFileSync(`${live}-wal`)
  db.close()
  const salts = log.subarray(16, 24)
  const all = Array.from({ length: (log.length - 32) / frameBytes }, (_, index) => index + 1)
  const current = all.filter((frame) => log.subarray(startOf(frame) + 8, startOf(frame) + 16).equals(salts))
  frames = current.length
  commits = current.filter((frame) => log.readUInt32BE(startOf(frame) + 4) !== 0)
  expect(all.length).toBeGreaterThan(frames)
  expect(commits).toHaveLength(8)
})

afterAll(() => rmSync(folder, { recursive: true }))

/** @param at of the byte in which a bit is flipped; none where it is left out */
function damaged(at?: number): string | null {
  const bytes = Buffer.from(log)
  if (at !== undefined) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
  writeFileSync(`${database}-wal`, bytes)
  return logDamage(database)
}

/** What SQLite itself reads. */
function wordsRead(): number {
  rmSync(`${database}-shm`, { force: true })
  const db = new DatabaseSync(database, { readOnly: true })
  try {
    return Number(db.prepare('select count(*) as n from words').get()?.['n'])
  } finally {
    db.close()
  }
}

test('a log as SQLite left it is right', () => {
  expect(damaged()).toBeNull()
  expect(wordsRead()).toBe(28)
})

test.each([
  ['the number of its page', 3],
  ['a salt', 9],
  ['the other salt', 15],
  ['its checksum', 20],
  ['the beginning of its page', 24],
  ['the end of its page', frameBytes - 1],
])('a bit of %s that is wrong is found in every frame but those of the last transaction', (_, offset) => {
  const [lastButOne = 0] = commits.slice(-2)
  for (let frame = 1; frame <= frames; frame += 1) {
    const problem = damaged(startOf(frame) + offset)
    if (frame <= lastButOne) expect(problem).toContain(`from frame ${frame} on, and`)
    else expect(problem).toBeNull()
    expect(wordsRead()).toBe(20 + commits.filter((commit) => commit < frame).length)
  }
})

test('what is left in frames from before the log was begun anew is no matter', () => {
  for (let at = startOf(frames + 1); at < log.length; at += frameBytes / 4) expect(damaged(at)).toBeNull()
})

test('a header that is wrong anywhere is found, since all frames are lost with it', () => {
  for (let at = 0; at < 32; at += 1) expect(damaged(at)).toContain('from frame 1 on, and')
})

test('what was written before this machine was started may lack any page by a power cut', () => {
  expect(damaged(startOf(1) + 24)).not.toBeNull()
  utimesSync(`${database}-wal`, 0, 0)

  expect(logDamage(database)).toBeNull()
})

test('the end of a power cut is nothing to be told of: cut off at any frame, in its middle, or never written in it', () => {
  for (let frame = 1; frame <= frames; frame += 1) {
    for (const at of [startOf(frame), startOf(frame) + 10, startOf(frame) + 3000]) {
      damaged()
      truncateSync(`${database}-wal`, at)
      expect(logDamage(database)).toBeNull()
    }
  }
  // Of the last transaction any part may have reached the disk before the others.
  const [before = 0, last = 0] = commits.slice(-2)
  for (let frame = before + 1; frame <= last; frame += 1) {
    for (const [from, to] of [
      [0, frameBytes],
      [24, 2000],
      [0, 600],
      [600, frameBytes],
    ] as const) {
      const bytes = Buffer.from(log).fill(0, startOf(frame) + from, startOf(frame) + to)
      writeFileSync(`${database}-wal`, bytes)
      expect(logDamage(database)).toBeNull()
    }
  }
})

test('no log, an empty one and a few bytes of one are nothing to be told of', () => {
  rmSync(`${database}-wal`, { force: true })
  expect(logDamage(database)).toBeNull()
  for (const size of [0, 31, 32, 50]) {
    writeFileSync(`${database}-wal`, log.subarray(0, size))
    expect(logDamage(database)).toBeNull()
    expect(statSync(`${database}-wal`).size).toBe(size)
  }
})
