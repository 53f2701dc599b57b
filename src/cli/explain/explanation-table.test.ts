import { expect, test } from 'vitest'
import { candidate } from '../../../test/fakes/selection.ts'
import { explainTags } from '../../app/selection/explain-tags.ts'
import { loadPolicy } from '../../wire-policies.ts'
import { comparisonTable } from './comparison-table.ts'
import { explanationTable } from './explanation-table.ts'

const current = '1.25.3-alpine'
const tags = [
  current,
  '1.26.0-alpine',
  '1.25.4-alpine',
  '1.27.0',
  'latest',
  '1.26.0-rc.1-alpine',
  '20240101',
  '1.26-r7',
]
const long = [
  `sha256-${'a'.repeat(64)}.sig`,
  'RELEASE.2024-06-13T22-53-53Z-cpuv1.with-a-very-long-suffix-that-goes-on-and-on-and-on-and-on',
]
const policies = [
  'semver:^1.25',
  'digest',
  '{"order":"semver","variant":"ignore","exclude":["*rc*"],"minAge":"3d"}',
  'newest',
  'semver:<1',
]

async function explain(policy: string, names: readonly string[] = tags) {
  const question = { candidates: names.map((tag) => candidate(tag)), current, platform: null, now: 0 }
  return explainTags(await loadPolicy(policy), question)
}

test.each([60, 80, 120])('every line fits a terminal of %d columns, of one policy and of several', async (columns) => {
  const explanations = await Promise.all(policies.map((policy) => explain(policy)))
  const shown = { current, columns, all: false }

  const lines = [
    ...explanations.flatMap((each) => explanationTable(each, shown)),
    ...comparisonTable(explanations, shown),
    ...comparisonTable(await Promise.all(policies.map((policy) => explain(policy, [...tags, ...long]))), shown),
  ].flatMap(({ text }) => text.split('\n'))

  expect(lines.filter(({ length }) => length > columns)).toEqual([])
})

test('the chosen and the current tag are marked, each with why, and each stage with how many it dropped', async () => {
  const lines = explanationTable(await explain('semver:^1.25'), { current, columns: null, all: false })

  expect(lines.map(({ text }) => text)).toEqual([
    'policy    semver:^1.25',
    'current   1.25.3-alpine',
    'selected  1.26.0-alpine',
    'because   1.26.0-alpine is the highest version of 2 that may be chosen',
    '',
    '   TAG                 VERDICT        WHY',
    '>  1.26.0-alpine       selected       1.26.0-alpine is the highest version of 2 that may be chosen',
    '   1.25.4-alpine       outranked      1.26.0-alpine is better',
    '=  1.25.3-alpine       not-newer      it is the current tag',
    '   1.26.0-rc.1-alpine  prerelease     it is a prerelease (rc.1), and the current tag is none',
    '   1.27.0              other-variant  its variant is none, not alpine',
    '   1.26-r7             other-variant  its variant is none, not alpine',
    '   20240101            unreadable     it reads as a date, a hash or a counter rather than a version',
    '   latest              unreadable     it is no version',
    '',
    '8 tags: read dropped 2, variant dropped 2, order dropped 1, guards dropped 1',
    '> selected, = current',
  ])
})

test('where several policies do not fit side by side, the others come below', async () => {
  const explanations = await Promise.all(policies.map((policy) => explain(policy)))

  const heads = comparisonTable(explanations, { current, columns: 60, all: false })
    .map(({ text }) => text.trim().split(/ +/))
    .filter(([first]) => first === 'TAG')

  expect(heads).toEqual([
    ['TAG', 'A', 'B'],
    ['TAG', 'C', 'D'],
    ['TAG', 'E'],
  ])
})

test('several policies are marked, painted and counted as one is, and a very long tag is broken', async () => {
  const explanations = await Promise.all(
    ['semver:^1.25', 'digest'].map((policy) => explain(policy, [...tags.slice(0, 3), ...long])),
  )

  const lines = comparisonTable(explanations, { current, columns: 60, all: false })

  const table = lines.slice(lines.findIndex(({ text }) => text === '') + 1)
  expect(table.map(({ text, style }) => `${style.padEnd(6)}|${text}`)).toEqual([
    'strong|    TAG                             A           B',
    'good  |>   1.26.0-alpine                   selected    not-followed',
    'good  |>=  1.25.3-alpine                   not-newer   selected',
    'plain |    1.25.4-alpine                   outranked   not-followed',
    'plain |    RELEASE.2024-06-13T22-53-53Z-   unreadable  not-followed',
    'plain |    cpuv1.with-a-very-long-suffix-',
    'plain |    that-goes-on-and-on-and-on-',
    'plain |    and-on',
    'plain |    sha256-aaaaaaaaaaaaaaaaaaaaaaa  artefact    not-followed',
    'plain |    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'plain |    aaaaaaaaaaa.sig',
    'plain |',
    'faint |A  5 tags: filter dropped 1, read dropped 1, guards dropped',
    'faint |   1',
    'faint |B  5 tags: filter dropped 4',
    'faint |> selected, = current',
  ])
})

test('of a long list, several policies show the best and the current tag', async () => {
  const many = Array.from({ length: 100 }, (_, at) => `1.${100 + at}.0-alpine`)
  const both = await Promise.all(['semver', 'semver:^1'].map((policy) => explain(policy, [...many, current])))

  const texts = comparisonTable(both, { current, columns: 80, all: false }).map(({ text }) => text)

  expect(texts.filter((text) => text.startsWith('=  1.25.3-alpine'))).toHaveLength(1)
  expect(texts).toContain('   and 60 more tags; --all shows them')
})

test('of a long list the best are shown, and the current tag', async () => {
  const many = Array.from({ length: 100 }, (_, at) => `1.${100 + at}.0-alpine`)
  const lines = explanationTable(await explain('semver', [...many, current]), { current, columns: 80, all: false })
  const texts = lines.map(({ text }) => text)

  expect(texts.filter((text) => text.startsWith('=  1.25.3-alpine'))).toHaveLength(1)
  expect(texts).toContain('   and 60 more tags; --all shows them')
})
