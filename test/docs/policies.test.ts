import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { candidate, chosen } from '../fakes/selection.ts'
import { readVersion } from '../../src/image/version/version.ts'
import { orders, verdicts } from '../../src/policies/policy.ts'
import { keyReaders } from '../../src/policies/spec/keys.ts'

const page = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8')

/** The rows of the table below a line, a list of cells each. */
function tableAfter(line: string): readonly (readonly string[])[] {
  const lines = page.slice(page.indexOf(line)).split('\n')
  const first = lines.findIndex((each) => each.startsWith('| ---'))
  const rows = lines.slice(first + 1)
  return rows
    .slice(
      0,
      rows.findIndex((each) => !each.startsWith('|')),
    )
    .map((row) => row.split(' | ').map((cell) => cell.replaceAll(/^\||\|$/g, '').trim()))
}

const code = (cell = ''): string => /^`(.*)`$/.exec(cell)?.[1] ?? cell
const list = (cell = ''): string[] => cell.split(', ').map(code)

test.each(tableAfter('Every row is a test').map(([there, ...rest]) => [there, ...rest] as const))(
  'the way that %s chooses, as the page has it',
  async (_, here, from, among, wanted) => {
    expect(await chosen(code(here), code(from), list(among))).toBe(code(wanted))
  },
)

test.each(tableAfter('Those that go by the time of a push'))(
  '%s, as the page has it',
  async (_, here, tags, wanted) => {
    const [first = '', ...others] = list(tags)
    const candidates = [first, ...others].map((tag, at) => candidate(tag, { pushedAt: at }))

    expect(await chosen(code(here), first, candidates)).toBe(code(wanted))
  },
)

test.each(tableAfter('## Reading a version'))(
  '%s is read as the page has it',
  (tag, numbers, prerelease, counters, variant) => {
    expect(readVersion(code(tag))).toMatchObject({
      numbers: numbers?.split('.'),
      prerelease: code(prerelease) === '' ? [] : code(prerelease).split('.'),
      counters: counters === '' ? [] : counters?.split(', '),
      variant: code(variant),
    })
  },
)

test('the page names every order, key and verdict that there is, and no other', () => {
  const keys = tableAfter('| key').flatMap(([names]) => list(names))
  const named = tableAfter('## Verdicts').flatMap(([names, stage]) => list(names).map((name) => [name, stage]))

  expect(keys.toSorted()).toEqual(Object.keys(keyReaders).toSorted())
  expect(Object.fromEntries(named)).toEqual(verdicts)
  for (const order of orders) expect(page).toContain(`\`${order}`)
})
