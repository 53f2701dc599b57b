import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fakeDoors } from '../../../test/fakes/doors.ts'
import type { StateReport, StateUpkeep } from '../../app/passes/state-upkeep.ts'
import { secret } from '../../lib/secret.ts'
import { examineBackups } from '../doctor/examine-backups.ts'
import { runProgram } from '../program.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-cli-state-'))
})

afterEach(() => rm(folder, { recursive: true }))

const good = { file: '/b/one.db', at: '2026-11-21T10:00:00.000Z', sizeBytes: 14_000, problem: null }
const bad = { ...good, file: '/b/two.db', problem: 'it is empty' }

const report = (change: Partial<StateReport> = {}): StateReport => ({
  file: '/s/longshore.db',
  sizeBytes: 1_200_000,
  standing: 'sound',
  problem: null,
  schema: 13,
  schemaKnown: 13,
  rows: { history: 3, journal: 0 },
  restores: 0,
  keptAside: [],
  backupFolder: '/b',
  backups: [good],
  movedTo: null,
  ...change,
})

async function* rows(count: number) {
  for (let at = 0; at < count; at += 1) yield { kind: 'history', row: { at, text: 'password-canary' } }
}

function outside(given: Partial<StateReport> = {}, count = 3) {
  const unused = () => Promise.reject(new Error('not asked for here'))
  const upkeep: StateUpkeep = {
    check: async () => report(given),
    backUp: async (to) => ({ ...good, file: to ?? good.file, unremoved: 'EPERM: not permitted' }),
    restore: async (backup, actor) => ({
      backup: good,
      passedOver: [bad],
      keptAside: `/s/aside-${backup}-${actor}`,
    }),
    contents: () => rows(count),
  }
  const { doors, printed, told } = fakeDoors({ openState: async () => upkeep, openApp: unused })
  return { told, out: () => printed.join('\n'), run: (...args: string[]) => runProgram(doors, '1', ['state', ...args]) }
}

test.each([
  [{}, 0, /is sound, of schema 13[\s\S]*history +3[\s\S]*one\.db +2026-11-21 10:00:00Z .* 14 kB +good/],
  [{ standing: 'absent', sizeBytes: null, backups: [] }, 0, /no state yet[\s\S]*No backup lies in \/b/],
  [{ standing: 'older', schema: 12 }, 0, /of schema 12; the next start brings it up to 13/],
  [{ standing: 'absent', sizeBytes: null }, 1, /state is LOST[\s\S]*newest good one, with everything held/],
  [{ backups: [good, bad] }, 1, /two\.db .* BAD: it is empty/],
  [{ standing: 'damaged', problem: 'page 3' }, 1, /DAMAGED: page 3[\s\S]*newest good backup/],
  [{ standing: 'damaged', problem: 'page 3', backups: [bad] }, 1, /There is no good backup/],
  [{ backupFolder: null, backups: [] }, 0, /is sound[\s\S]*those of its database/],
  [{ backupFolder: null, backups: [], standing: 'absent', sizeBytes: null }, 0, /none of its tables/],
  [
    { backupFolder: null, backups: [], standing: 'damaged', problem: 'gone' },
    1,
    /DAMAGED: gone[\s\S]*a backup of the database/,
  ],
  [{ movedTo: '/elsewhere' }, 0, /moved to \/elsewhere, and is used here no more/],
  [{ standing: 'newer', problem: 'schema 99' }, 1, /WRONG: schema 99[\s\S]*longshore state restore/],
  [{ standing: 'foreign', problem: 'of another program' }, 1, /of another program\.\n.*newest good backup/],
  [{ standing: 'foreign', problem: 'of another program', backups: [bad] }, 1, /left alone/],
  [{ restores: 2, keptAside: ['/s/x'] }, 0, /took its place 2 times[\s\S]*\/s\/x/],
] as const)('`state check` of %j exits %i and says so', async (given, exitCode, said) => {
  const { run, out } = outside(given)

  expect(await run('check')).toBe(exitCode)

  expect(out()).toMatch(said)
})

test('`state check` tells all of it to programs', async () => {
  const { run, out } = outside({ standing: 'damaged', problem: 'page 3' })

  expect(await run('check', '-o', 'json')).toBe(1)

  expect(JSON.parse(out())).toEqual(report({ standing: 'damaged', problem: 'page 3' }))
})

test('`state backup` and `state restore` say what lies where', async () => {
  const { run, out } = outside()

  expect(await run('backup', '--to', '/elsewhere.db')).toBe(0)
  expect(await run('restore', 'one.db')).toBe(0)

  expect(out()).toMatch(/backed up to \/elsewhere\.db .* good\.\nOlder ones .* not removed: EPERM: not permitted\.\n/)
  expect(out()).toContain('two.db was passed over: it is empty.')
  expect(out()).toMatch(/kept as \/s\/aside-one\.db-alice\.\nEverything is held until `longshore resume`/)
})

test.each([0, 1, 1203])(
  '`state export` of %i rows is one JSON document, without what is secret here',
  async (count) => {
    secret('password-canary')
    const { run, out } = outside({}, count)

    expect(await run('export')).toBe(0)

    const document = JSON.parse(out())
    expect(document).toMatchObject({ format: 1 })
    expect(document.rows).toHaveLength(count)
    expect(document.rows.slice(0, 1)).toEqual([{ kind: 'history', at: 0, text: '***' }].slice(0, count))
  },
)

test('`state export --to` writes a file for this user alone, and replaces none', async () => {
  const file = join(folder, 'export.json')
  const { run, out, told } = outside()

  expect(await run('export', '--to', file)).toBe(0)
  expect(await run('export', '--to', file)).toBe(1)

  expect(out()).toBe(`3 rows were written to ${file}.`)
  expect(JSON.parse(await readFile(file, 'utf8')).rows).toHaveLength(3)
  expect(((await stat(file)).mode & 0o777).toString(8)).toBe('600')
  expect(told.join('')).toContain('is there already')
})

const now = Date.parse('2026-11-21T11:00:00.000Z')

test.each([
  [{}, true, now, ['well: the newest good backup is 1 h old, of 1 in /b']],
  [{ backups: [] }, true, now, ['well: no backup lies in /b yet']],
  [{}, true, now + 3 * 86_400_000, [expect.stringMatching(/^doubtful: the newest good backup is 3 d/)]],
  [{}, false, now + 3 * 86_400_000, [expect.stringMatching(/^well: /)]],
  [{ standing: 'absent' }, false, now, ['doubtful: there is no state, but backups of one lie in /b']],
  [{ standing: 'damaged', problem: 'x' }, false, now, ['wrong: it is damaged (x), and there is a good backup']],
  [
    { restores: 1, keptAside: ['/s/x'] },
    false,
    now,
    [expect.stringMatching(/^well/), 'doubtful: a former state is kept aside: /s/x; a backup took its place once'],
  ],
  [{ backups: [bad, good] }, false, now, ['doubtful: the backup /b/two.db is bad: it is empty', expect.anything()]],
] as const)('doctor tells of %j (service: %s)', (given, isServed, at, told) => {
  const findings = examineBackups(report(given), isServed, at)

  expect(findings.map(({ standing, sentence }) => `${standing}: ${sentence}`)).toEqual(told)
})

test('a move says where everything is now, and what to set', async () => {
  const asked: unknown[] = []
  const { doors, printed } = fakeDoors({
    moveState: async (options) => {
      asked.push(options)
      return { from: '/old', to: 'postgres://db/new', rows: { history: 3, journal: 2 }, keptAside: null }
    },
  })

  expect(await runProgram(doors, '1', ['state', 'move', '--to', 'postgres://db/new'])).toBe(0)

  expect(asked).toEqual([expect.objectContaining({ to: 'postgres://db/new' })])
  expect(printed.join('\n')).toMatch(/state of \/old is at postgres:\/\/db\/new: 5 rows[\s\S]*Set `state`/)
})

test('a move that is cancelled says that everything is held, and where there was none that nothing was done', async () => {
  const answers = ['postgres://db/new', null]
  const { doors, printed } = fakeDoors({ cancelMove: async () => answers.shift() ?? null })

  for (const _ of [1, 2]) expect(await runProgram(doors, '1', ['state', 'move', '--cancel'])).toBe(0)

  expect(printed.join('\n')).toMatch(
    /moved to postgres:\/\/db\/new is in use here again[\s\S]*held[\s\S]*nothing was done/,
  )
})

test.each([[['move']], [['move', '--cancel', '--to', '/x']]])('%j lacks what it needs', async (args) => {
  const { doors, told } = fakeDoors()

  expect(await runProgram(doors, '1', ['state', ...args])).toBe(2)
  expect(told.join()).toContain('CONFIG_INVALID')
})
