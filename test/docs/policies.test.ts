import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { candidate, chosen, select } from '../fakes/selection.ts'
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

test.each(tableAfter('## Coming from another tool').map(([there, ...rest]) => [there, ...rest] as const))(
  'the way that %s chooses, as the page has it',
  async (_, here, from, among, wanted) => {
    expect(await chosen(code(here), code(from), list(among))).toBe(code(wanted))
  },
)

test.each(tableAfter('## Images that need a word more').map(([image, ...rest]) => [image, ...rest] as const))(
  '%s needs the policy that the page has for it, and is told so where one key would do',
  async (image, here, from, among, wanted) => {
    const tags = [code(from), ...list(among)]

    expect(await chosen(code(here), code(from), tags)).toBe(code(wanted))
    const plain = await select('semver', code(from), tags)
    const stays = plain.chosen === null || plain.chosen.tag === code(from)
    expect(stays ? 'stays' : plain.chosen?.tag).toBe(image === "Chainguard's `-dev`" ? '3.13.0' : 'stays')
    const why = plain.judge(() => false).find(({ tag }) => tag === code(wanted))?.reason
    expect(why?.endsWith('; variant: shape would allow it')).toBe(code(here).includes('"shape"'))
  },
)

test.each(tableAfter('Those that go by age'))('%s, as the page has it', async (_, here, tags = '', wanted) => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  const candidates = tags.split(', ').map((each) => {
    const [, tag = '', days = ''] = /^`(.*)` (\d+)d$/.exec(each) ?? []
    return candidate(tag, { firstSeenAt: now - Number(days) * 86_400_000 })
  })

  expect(await chosen(code(here), candidates[0]?.tag ?? null, candidates, { now })).toBe(code(wanted))
})

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

test('every code of a choice is in the table of the page', () => {
  const named = new Set(tableAfter('| code').flatMap(([codes]) => list(codes)))
  const root = new URL('../../src/policies/', import.meta.url)
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^[^.]*\.ts$/.test(name))
    .map((name) => readFileSync(new URL(name, root), 'utf8'))

  const codes = files.flatMap((text) => [...text.matchAll(/(?:code: |unknown\()'([A-Z_]+)'/g)].map(([, each]) => each))

  expect(codes.length).toBeGreaterThan(10)
  expect(codes.filter((each) => !named.has(each ?? ''))).toEqual([])
})
