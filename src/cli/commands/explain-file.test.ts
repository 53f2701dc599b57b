import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test, vi } from 'vitest'
import { fakeDoors } from '../../../test/fakes/doors.ts'
import { runProgram } from '../program.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** `longshore explain` of a list in a file. */
async function explain(list: string, ...args: readonly string[]) {
  const file = join(folder, 'tags')
  writeFileSync(file, list)
  return run('--tags-file', file, ...args)
}

async function run(...args: readonly string[]) {
  const { doors, printed, told } = fakeDoors()
  const code = await runProgram(doors, '0', ['explain', ...args])
  return { code, printed: printed.join('\n'), told: told.join('\n') }
}

const digest = `sha256:${'a'.repeat(64)}`
const json = ['-o', 'json']

test('a list of lines: what is chosen and what becomes of every tag, the best first', async () => {
  const { code, printed } = await explain(
    '1.0.0\n1.2.0\n1.1.0\nlatest\n',
    '-p',
    'semver',
    '--current',
    '1.0.0',
    ...json,
  )

  expect(code).toBe(0)
  expect(JSON.parse(printed)).toEqual({
    selected: { tag: '1.2.0', digest: null },
    code: 'BETTER_TAG',
    reason: '1.2.0 is the highest version of 2 that may be chosen',
    candidates: [
      { tag: '1.2.0', verdict: 'selected', reason: '1.2.0 is the highest version of 2 that may be chosen' },
      { tag: '1.1.0', verdict: 'outranked', reason: '1.2.0 is better' },
      { tag: '1.0.0', verdict: 'not-newer', reason: 'it is the current tag' },
      { tag: 'latest', verdict: 'unreadable', reason: 'it is no version' },
    ],
  })
})

test('a list in JSON: the digest is told, and the platform falls through to what is there for it', async () => {
  const tags = [
    { name: '1.1.0', digest, platforms: ['linux/arm64/v8'] },
    { name: '1.2.0', platforms: ['linux/amd64'] },
    { name: '1.3.0' },
  ]

  const { printed } = await explain(JSON.stringify({ tags }), '-p', 'semver', '--platform', 'linux/arm64', ...json)

  expect(JSON.parse(printed)).toMatchObject({
    selected: { tag: '1.1.0', digest },
    candidates: [
      { tag: '1.1.0', verdict: 'selected' },
      { tag: '1.3.0', verdict: 'platform-unknown' },
      { tag: '1.2.0', verdict: 'platform-missing' },
    ],
  })
})

const now = '2026-11-20T12:00:00Z'
const aged = JSON.stringify({
  tags: [
    { name: '1.1.0', pushedAt: '2026-11-17T12:00:00Z', createdAt: now },
    { name: '1.2.0', pushedAt: '2026-11-17T12:00:01Z' },
    { name: '1.3.0', pushedAt: '2026-01-01', firstSeenAt: '2026-11-20T11:00:00Z' },
    { name: '1.4.0', createdAt: '2026-01-01' },
  ],
})
const minAge = '{"order":"semver","minAge":"3d"}'

test('ages count to --now, from firstSeenAt, else from pushedAt, and never from createdAt', async () => {
  const { printed } = await explain(aged, '-p', minAge, '--now', now, ...json)

  const { selected, candidates } = JSON.parse(printed)
  expect(selected.tag).toBe('1.1.0')
  expect(candidates).toEqual([
    { tag: '1.1.0', verdict: 'selected', reason: '1.1.0 is the only one that may be chosen' },
    { tag: '1.4.0', verdict: 'age-unknown', reason: 'nobody knows since when it is there' },
    { tag: '1.3.0', verdict: 'too-young', reason: 'it has been there for 0 of 3 days' },
    { tag: '1.2.0', verdict: 'too-young', reason: 'it has been there for 2 of 3 days' },
  ])
})

test('a second later, the next is old enough', async () => {
  const { printed } = await explain(aged, '-p', minAge, '--now', '2026-11-20T13:00:01+01:00', ...json)

  expect(JSON.parse(printed).selected.tag).toBe('1.2.0')
})

test('several policies are a list in JSON, each with its policy, and stand side by side for people', async () => {
  const both = ['-p', 'semver', '--policy', 'pin:1.0.0', '--current', '1.0.0']

  const { printed } = await explain('1.0.0\n1.1.0', ...both, ...json)
  const table = await explain('1.0.0\n1.1.0', ...both)

  expect(JSON.parse(printed)).toMatchObject([
    { policy: 'semver', selected: { tag: '1.1.0' }, code: 'BETTER_TAG' },
    { policy: 'pin:1.0.0', selected: { tag: '1.0.0' }, code: 'TAG_FOLLOWED' },
  ])
  expect(table.printed.split('\n')).toEqual(
    expect.arrayContaining([
      '    TAG    A          B',
      '>   1.1.0  selected   not-followed',
      '>=  1.0.0  not-newer  selected',
    ]),
  )
})

test('standard input is a file, too', async () => {
  const stdin = vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(['1.0\n', '1.1\n']) as never)

  const { printed } = await run('--tags-file', '-', '-p', 'semver', ...json)

  expect(JSON.parse(printed).selected.tag).toBe('1.1')
  stdin.mockRestore()
})

test('of an empty list nothing is known', async () => {
  const { code, printed } = await explain('[]', '-p', 'semver', ...json)

  expect(code).toBe(0)
  expect(JSON.parse(printed)).toEqual({
    selected: null,
    code: 'LIST_EMPTY',
    reason: 'the list of tags is empty',
    candidates: [],
  })
})

test.each([
  [['-p', 'digest'], 'POLICY_INVALID', 'digest follows the current tag; name it with --current'],
  [['-p', 'semver:^x1'], 'POLICY_INVALID', '"^x1" is no range'],
  [['-p', 'semver', '-p', 'digst'], 'POLICY_INVALID', 'did you mean digest?'],
  [['-p', 'semver', '--now', 'soon'], 'CLI_USAGE', '--now must be a time'],
  [['-p', 'semver', '--platform', 'arm'], 'PLATFORM_INVALID', ''],
])('%j exits 2 with %s', async (args, errorCode, why) => {
  const { code, printed, told } = await explain('1.0.0', ...args)

  expect([code, printed]).toEqual([2, ''])
  expect(told).toContain(errorCode)
  expect(told).toContain(why)
})

test('a file that is not there, or holds something else, exits 2 and is named', async () => {
  const missing = await run('--tags-file', join(folder, 'none'), '-p', 'semver')
  const other = await explain('{"results":[]}', '-p', 'semver')

  expect([missing.code, other.code]).toEqual([2, 2])
  expect(missing.told).toContain(`${join(folder, 'none')} cannot be read`)
  expect(other.told).toContain('tags must be a list')
})
