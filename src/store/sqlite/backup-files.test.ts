import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listBackups, nextBackupFile, pruneBackups, takenAt, tellBackup } from './backup-files.ts'

const dayMs = 86_400_000
const begin = Date.parse('2026-01-01T00:00:00Z')
let folder: string

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'longshore-backups-'))))
afterEach(() => rmSync(folder, { recursive: true }))

function take(now: number): readonly string[] {
  const file = nextBackupFile(folder, now, null)
  writeFileSync(file, '')
  utimesSync(file, now / 1000, now / 1000)
  return pruneBackups({ folder, keep: 5 }, now)
}

const freeze = (file: string, how: '+i' | '-i'): void => void execFileSync('chattr', [how, file], { stdio: 'ignore' })

/** Only root may, and only where the file system knows of it. */
function canFreeze(): boolean {
  const probe = mkdtempSync(join(tmpdir(), 'longshore-freeze-'))
  try {
    freeze(probe, '+i')
    freeze(probe, '-i')
    return true
  } catch {
    return false
  } finally {
    rmSync(probe, { recursive: true })
  }
}

/** Newest first. */
const days = (now: number): readonly string[] => listBackups(folder).map((each) => takenAt(each, now).slice(0, 10))

test('one that was taken under a wrong clock leaves those of the last days, each told by when it was written', () => {
  let now = begin
  take(now)
  take(Date.parse('2030-01-01T00:00:00Z'))
  for (let day = 0; day < 20; day += 1) take((now += dayMs))

  expect(days(now)).toEqual(['2026-01-21', '2026-01-20', '2026-01-19', '2026-01-18', '2026-01-17'])
  expect(listBackups(folder).map((each) => tellBackup(each, now))[0]).toBe('the backup of 2026-01-21 00:00:00Z')
})

test('a wave of rollouts pushes out no day before it then either', () => {
  let now = begin
  take(Date.parse('2030-01-01T00:00:00Z'))
  for (let day = 0; day < 10; day += 1) take((now += dayMs))
  for (let rollout = 0; rollout < 30; rollout += 1) take((now += 1_000))

  expect(days(now)).toEqual(['2026-01-11', '2026-01-11', '2026-01-10', '2026-01-09', '2026-01-08'])
})

test('one whose time nobody knows is told by its name', () => {
  take(Date.parse('2030-01-01T00:00:00Z'))

  expect(listBackups(folder).map((each) => tellBackup(each, begin))).toEqual([
    'the backup longshore-20300101T000000000Z.db (taken while the clock was wrong)',
  ])
})

test.skipIf(!canFreeze())('one that cannot be removed is told, and keeps no other from going', () => {
  const frozen = nextBackupFile(folder, begin, null)
  take(begin)
  freeze(frozen, '+i')
  try {
    let told: readonly string[] = []
    for (let day = 1; day < 10; day += 1) told = take(begin + day * dayMs)

    expect(told).toEqual([expect.stringMatching(/^EPERM.*longshore-20260101T000000000Z\.db/)])
    expect(days(begin + 10 * dayMs)).toEqual([
      '2026-01-10',
      '2026-01-09',
      '2026-01-08',
      '2026-01-07',
      '2026-01-06',
      '2026-01-01',
    ])
  } finally {
    freeze(frozen, '-i')
  }
})

test('a folder where a copy that was cut off would lie is told, and keeps no such copy from going', () => {
  const [first, second] = ['longshore-a.db.part', 'longshore-b.db.part'].map((each) => join(folder, each))
  if (first === undefined || second === undefined) throw new Error('both were named')
  mkdirSync(first)
  writeFileSync(second, '')
  for (const each of [first, second]) utimesSync(each, begin / 1000, begin / 1000)

  expect(take(begin + dayMs)).toEqual([expect.stringContaining(first)])
  expect(readdirSync(folder)).toEqual(['longshore-20260102T000000000Z.db', 'longshore-a.db.part'])
})
