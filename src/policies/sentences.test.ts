import { expect, test } from 'vitest'
import { candidate, chosen, select, verdictsOf } from '../../test/fakes/selection.ts'

/** A sentence of how policies choose, with a question that it answers. */
type Case = readonly [
  sentence: string,
  policy: unknown,
  current: string | null,
  tags: readonly string[],
  wanted: string | null,
]

const semver = (keys: object) => ({ order: 'semver', ...keys })
const hex = 'a'.repeat(64)

test.each<Case>([
  [
    'include and exclude are globs over the whole tag',
    semver({ include: ['1.*'] }),
    '1.0',
    ['1.1', '2.0', '11.2'],
    '1.1',
  ],
  ['case matters', semver({ include: ['*-Alpine'] }), '1.0-Alpine', ['1.1-alpine', '1.0-Alpine'], '1.0-Alpine'],
  ['a glob may name alternatives', semver({ include: ['{1,2}.[0-9]'] }), '1.0', ['2.1', '2.10', '3.0'], '2.1'],
  ['or regexes, searched anywhere', semver({ exclude: ['/5/'] }), '1.0', ['1.4', '1.5', '1.15'], '1.4'],
  [
    'extract reads the groups',
    semver({ include: ['/^app-(.+)$/'], extract: '$1' }),
    'app-1.9',
    ['app-1.10'],
    'app-1.10',
  ],
  ['by name, too', semver({ include: ['/^(?P<v>.+)-app$/'], extract: '${v}' }), '1.9-app', ['1.10-app'], '1.10-app'],
  [
    'of the first regex of include that matches',
    { order: 'numerical', include: ['/^a-(\\d)/', '/^a-(\\d+)/'], extract: '$1' },
    'a-3',
    ['a-19', 'a-20', 'a-3'],
    'a-3',
  ],
  [
    'what is ranged is the extract, and chosen is the tag',
    semver({ include: ['/^r(.+)$/'], extract: '$1', range: '<2' }),
    'r1.0',
    ['r1.5', 'r2.0'],
    'r1.5',
  ],
  [
    'the current tag is extracted alike',
    semver({ include: ['/^r(.+)$/'], extract: '$1' }),
    '1.0',
    ['r1.5', '1.0'],
    null,
  ],
  ['artefacts are never candidates', 'alphabetical', 'a', ['a', `sha256-${hex}`, `sha256-${hex}.x`, 'z.sig'], 'a'],
  ['nor attestations and SBOMs', 'alphabetical', 'a', ['a', 'z.att', 'z.sbom'], 'a'],
  ['nor where a tag is named', 'pin:z.sig', null, ['z.sig'], null],
  ['but what only looks like one is', 'alphabetical', 'a', ['sha256-b', 'z.signed'], 'z.signed'],
  ['a v is optional', 'semver', null, ['v1.1', '1.0'], 'v1.1'],
  ['missing numbers count as 0', semver({ precision: 'any' }), '1.4', ['1.4.0', '1.4.1'], '1.4.1'],
  [
    'numbers of any length are exact',
    'semver',
    '1.0.0',
    ['1.0.99999999999999999999', '1.0.99999999999999999998'],
    '1.0.99999999999999999999',
  ],
  ['leading zeros are accepted', 'semver', '1.08.0', ['1.09.0', '1.010.0'], '1.010.0'],
  ['ranges read the first three', 'semver:<=1.2.3', '1.2.3.4', ['1.2.3.9', '1.2.4.0'], '1.2.3.9'],
  ['text follows a dash or an underscore', 'semver', '1.0_alpine', ['1.1_alpine', '1.2alpine'], '1.1_alpine'],
  [
    'a glued prerelease word with digits is one',
    semver({ prerelease: 'any' }),
    '1.24',
    ['1.25rc1', '1.26rc'],
    '1.25rc1',
  ],
  ['other glued letters are no version', 'semver', '1.0.0', ['1.0.1b', '1.0.2x1', '1.0.0'], '1.0.0'],
  ['without a current tag two numbers are needed', 'semver', null, ['9', '1.0'], '1.0'],
  ['beside one a single number will do', semver({ precision: 'any' }), '1.4', ['1.4.9', '1.5', '1.5.0', '2'], '2'],
  ['a year is no version', 'semver', '1.0', ['1990.1', '2099.1', '1.0'], '1.0'],
  ['other numbers of four digits are', 'semver', '1.0', ['1989.1', '2100.1', '1.0'], '2100.1'],
  ['a hash is no version', 'semver', '1.0', ['1234567.1', '1.0'], '1.0'],
  ['six digits alone are none', 'semver', '5', ['202401', '123456', '99999'], '99999'],
  ['unless the current tag has that form', 'semver', '123456', ['123457', '1.0'], '123457'],
  ['precision any crosses lengths', semver({ precision: 'any' }), '1.4', ['1.5.1'], '1.5.1'],
  [
    'from a prerelease within its major.minor.patch',
    'semver',
    '1.0.0.1-rc1',
    ['1.0.0.2-rc1', '1.0.1.0-rc1'],
    '1.0.0.2-rc1',
  ],
  ['and to any later final', 'semver', '1.0.0-rc1', ['2.0.0', '1.0.1-rc1'], '2.0.0'],
  ['from a final only to finals', 'semver', '1.0.0', ['1.0.1-rc1', '1.0.0'], '1.0.0'],
  ['SemVer precedence: a longer one is later', 'semver', '1.0.0-alpha', ['1.0.0-alpha.1'], '1.0.0-alpha.1'],
  ['SemVer precedence: words after numbers', 'semver', '1.0.0-alpha.1', ['1.0.0-alpha.beta'], '1.0.0-alpha.beta'],
  ['SemVer precedence: by the alphabet', 'semver', '1.0.0-alpha.beta', ['1.0.0-beta'], '1.0.0-beta'],
  [
    'SemVer precedence: numbers as numbers',
    'semver',
    '1.0.0-beta.2',
    ['1.0.0-beta.11', '1.0.0-beta.9'],
    '1.0.0-beta.11',
  ],
  ['SemVer precedence: a final is last', 'semver', '1.0.0-rc.1', ['1.0.0', '1.0.0-rc.2'], '1.0.0'],
  ['a range never admits prereleases by itself', 'semver:>=1.0', '1.0.0', ['1.1.0-rc1', '1.0.0'], '1.0.0'],
  ['one that names a prerelease does', 'semver:>=1.1.0-rc9', '1.0.0', ['1.1.0-rc10', '1.0.0'], '1.1.0-rc10'],
  ['an upper end excludes its own prereleases', 'semver:>=1.0.0-0 <2.0.0', '1.0.0', ['2.0.0-rc.1', '1.0.0'], '1.0.0'],
  ['commas are read as and', 'semver:>=1,<1.5', '1.0.0', ['1.4.0', '1.6.0'], '1.4.0'],
  ['a counter goes to a counter', 'semver', '1.0-r1', ['1.1', '1.0-r2'], '1.0-r2'],
  ['counters are never compared for equality', 'semver', '1.0-r5', ['1.1-r1'], '1.1-r1'],
  ['a number as the whole text counts', 'semver', '1.0-9', ['1.0-10', '1.0-9-x'], '1.0-10'],
  [
    'counters are taken while any remain',
    'semver',
    '1.0-r3-p1-r1-p1-ls1',
    ['1.0-r2-p9-r9-p9-ls9', '1.0-r3-p1-r1-p1-ls2'],
    '1.0-r3-p1-r1-p1-ls2',
  ],
  [
    'the weightiest of them first',
    'semver',
    '1.0-r3-p1-r1-p1-ls1',
    ['1.0-r4-p0-r0-p0-ls0', '1.0-r3-p1-r1-p1-ls9'],
    '1.0-r4-p0-r0-p0-ls0',
  ],
  [
    'a number ends a prerelease no more than another',
    semver({ prerelease: 'any' }),
    `1.0-rc${'.1'.repeat(14)}`,
    [`1.0-rc${'.1'.repeat(13)}.2`],
    `1.0-rc${'.1'.repeat(13)}.2`,
  ],
  ['case does not matter', 'semver', '1.0-ALPINE-R9', ['1.0-alpine-r10'], '1.0-alpine-r10'],
  ['shape: digits are wild', semver({ variant: 'shape' }), '1.0-x1', ['1.0-x2', '1.0-y9'], '1.0-x2'],
  ['shape: larger numbers win ties only', semver({ variant: 'shape' }), '1.0-x1', ['1.0-x9', '1.1-x1'], '1.1-x1'],
  ['ignore: the text does not count in the order', semver({ variant: 'ignore' }), '1.0-x', ['1.0-z', '1.0-x'], '1.0-x'],
  ['without a current tag same means no variant', 'semver', null, ['1.0', '1.1-alpine'], '1.0'],
  ['ties: more numbers first', 'semver', null, ['1.4', '1.4.0', 'v1.4.0'], '1.4.0'],
  ['ties: then without v', 'semver', null, ['v1.4', '1.4'], '1.4'],
  ['ties: then byte order', semver({ variant: 'ignore' }), null, ['1.4-y', '1.4-x'], '1.4-x'],
  ['lowest is the smallest step up', semver({ direction: 'lowest' }), '1.1', ['1.0', '1.2', '1.3'], '1.2'],
  ['and never below the current tag', semver({ direction: 'lowest' }), '1.1', ['1.0', '1.1'], '1.1'],
  ['downgrade: absolute, may go down', semver({ downgrade: true, range: '<2' }), '2.1', ['1.0', '2.1'], '1.0'],
  ['downgrade: needs no comparable tag', semver({ downgrade: true }), 'main', ['1.0', 'main'], '1.0'],
  ['latest under semver is held', 'semver', 'latest', ['latest', '1.0'], null],
  ['a current tag outside include is held', semver({ include: ['2.*'] }), '1.0', ['1.0', '2.0'], null],
  ['a tag dropped by range is no better tag', 'semver:<1.2', '1.1', ['1.1', '1.3'], '1.1'],
  ['nor one dropped by a guard', semver({ maxMajorStep: 0 }), '1.1', ['1.1', '2.0'], '1.1'],
  ['null if the current tag is not in the list', 'semver', '1.1', ['1.0'], null],
  ['an equal version under another name: stay', semver({ vPrefix: 'any' }), 'v1.1', ['1.1', 'v1.1'], 'v1.1'],
  [
    'majors are counted among those in the range',
    semver({ maxMajorStep: 1, range: '1 || 4' }),
    '1.0.0',
    ['2.0.0', '3.0.0', '4.0.0'],
    '4.0.0',
  ],
  ['and of the variant', semver({ maxMajorStep: 1 }), '1.0-x', ['2.0', '3.0', '4.0-x'], '4.0-x'],
  ['and of the precision', semver({ maxMajorStep: 1 }), '1.0', ['2.0.0', '3', '4.0'], '4.0'],
  ['pin does not mind going down', 'pin:1.0', '2.0', ['1.0', '2.0'], '1.0'],
  ['what is excluded is not chosen for want of another', semver({ exclude: ['1.1'] }), '1.1', ['1.1'], null],
  ['and makes way for what is better', semver({ exclude: ['1.1'] }), '1.1', ['1.1', '1.2'], '1.2'],
  ['calver: a v and both paddings', 'calver:YYYY.0M.0D', 'v2026.1.2', ['v2026.01.03', '2026.1.9'], 'v2026.01.03'],
  ['calver: full width where nothing parts', 'calver:YYMM', '2601', ['2602', '263'], '2602'],
  ['calver: a revision counts', 'calver:YYYY.MM', '2026.1-9', ['2026.1-10', '2026.2'], '2026.1-10'],
  ['calver: the variant stays', 'calver:YYYY.MM', '2026.1-slim', ['2026.2', '2026.2-slim'], '2026.2-slim'],
])('%s: %j from %s among %j gives %s', async (_, policy, current, tags, wanted) => {
  expect(await chosen(policy, current, tags)).toBe(wanted)
})

const text = 'alpha beta a b rc cr pre preview m milestone dev snapshot nightly canary next edge ea test'
test.each(text.split(' '))(
  '%s begins a prerelease before nothing, digits or a separator, and no other text',
  async (word) => {
    const tags = [
      `1.1.0-${word}`,
      `1.1.0-${word}2`,
      `1.1.0-${word}.3`,
      `1.1.0-${word.toUpperCase()}-4`,
      `1.1.0-${word}zz`,
    ]

    expect(Object.values(await verdictsOf('semver', '1.0.0', tags))).toEqual([
      'prerelease',
      'prerelease',
      'prerelease',
      'prerelease',
      'other-variant',
    ])
  },
)

const day = 86_400_000
const now = Date.parse('2026-11-20T12:00:00Z')
const young = candidate('1.1.1', { firstSeenAt: now - day, hasMoved: true })

test('pin and digest obey minAge, the platform, quarantine and immutability, and say so', async () => {
  const bad = `sha256:${hex}` as never
  const arm = { os: 'linux', architecture: 'arm64', variant: null }
  const amd = { os: 'linux', architecture: 'amd64', variant: null }
  const pinned = { order: 'pin', range: '1.1.1' }

  expect(await select({ ...pinned, minAge: '2d' }, null, [young])).toMatchObject({
    chosen: null,
    sentence: '1.1.1 is followed, but it has been there for 1 of 2 days',
    againAt: now + day,
  })
  expect(await select('pin:1.1.1', null, [{ ...young, platforms: [amd] }], { platform: arm })).toMatchObject({
    chosen: null,
    sentence: '1.1.1 is followed, but it is not there for linux/arm64',
  })
  expect(await select('digest', '1.1.1', [{ ...young, digest: bad }], { quarantined: new Set([bad]) })).toMatchObject({
    chosen: null,
    sentence: '1.1.1 is followed, but what it names failed here before',
  })
  expect(await select({ order: 'digest', immutable: true }, '1.1.1', [young])).toMatchObject({
    chosen: null,
    code: 'IMMUTABLE_MOVED',
  })
  expect(await chosen('digest', '1.1.1', [young])).toBe('1.1.1')
})

test.each([
  ['semver', '1.1.0', '1.1.1', true],
  ['semver', '1.1', '1.2', false],
  [{ order: 'semver', include: ['/^app-(.*)$/'], extract: '$1' }, 'app-1.1.0', 'app-1.1.1', true],
  [{ order: 'calver', range: 'YYYY-MM-DD' }, '2026-01-01', '2026-01-02', true],
  [{ order: 'calver', range: 'YYYY-MM' }, '2026-01', '2026-02', false],
])(
  'immutable under %j: of %s and %s the latter is one that may not move: %s',
  async (policy, current, tag, isFixed) => {
    const spec = typeof policy === 'string' ? { order: policy } : policy
    const tags = [candidate(current), candidate(tag, { hasMoved: true })]

    expect(await chosen({ ...spec, immutable: true }, current, tags)).toBe(isFixed ? current : tag)
    expect(await chosen(policy, current, tags)).toBe(tag)
  },
)

test('linux/arm64 is linux/arm64/v8', async () => {
  const platform = (variant: string | null) => ({ os: 'linux', architecture: 'arm64', variant })
  for (const [wanted, offered] of [
    [null, 'v8'],
    ['v8', null],
  ] as const) {
    const tags = [candidate('1.1', { platforms: [platform(offered)] })]
    expect(await chosen('semver', '1.0', tags, { platform: platform(wanted) })).toBe('1.1')
  }
})

test('newest never guesses: it goes from what was there at the first look only to what came since', async () => {
  const at = (tag: string, listedAt: number) => candidate(tag, { listedAt })
  const first = [at('a', now - day), at('b', now - day)]

  expect(await chosen('newest', 'a', [...first, at('c', now)])).toBe('c')
  const { judge } = await select('newest', 'a', first)
  expect(judge(() => false)).toMatchObject([
    { tag: 'a', verdict: 'selected' },
    { tag: 'b', verdict: 'not-newer', reason: 'it was pushed, or first seen, when the current tag was' },
  ])
})

test('newest goes by what it knew of a current tag that is gone', async () => {
  const currentGone = candidate('a', { listedAt: now - day })
  const tags = [candidate('b', { listedAt: now }), candidate('c', { listedAt: now - 2 * day })]

  expect(await select('newest', 'a', tags)).toMatchObject({ chosen: null, code: 'CURRENT_NOT_COMPARABLE' })
  expect(await chosen('newest', 'a', tags, { currentGone })).toBe('b')
  expect(await select('newest', 'a', tags.slice(1), { currentGone })).toMatchObject({ code: 'CURRENT_GONE' })
})

test.each([
  ['semver', '1.0-ce.0', '1.1-ce.1', 'its variant is ce.1, not ce.0; variant: shape would allow it'],
  ['semver:<1.1', '1.0-ce.0', '1.1-ce.1', 'its variant is ce.1, not ce.0'],
  ['semver', '1.0-ce.0', '1.1-ee.0', 'its variant is ee.0, not ce.0'],
  ['semver', '1.0-ce.0', '1.1-rc1-ce.1', 'its variant is ce.1, not ce.0'],
  ['semver', '1.0-ce.0', 'v1.1-ce.1', 'its variant is ce.1, not ce.0'],
  [
    semver({ precision: 'any' }),
    '1.0-x1',
    '20240101-x2',
    'it reads as a date, a hash or a counter rather than a version',
  ],
  ['calver:YYYY.MM', '2026.1-x1a', '2026.2-x2a', `its variant is x2a, not x1a; variant: shape would allow it`],
  [semver({ variant: 'shape' }), '1.0-ce.0', '1.1-ee.1', 'its variant is ee.1, not ce.0'],
])(
  'under %j from %s, why %s is not chosen ends with the key that would allow it, if there is one',
  async (policy, current, tag, why) => {
    const { judge } = await select(policy, current, [current, tag])

    expect(judge(() => false).find((each) => each.tag === tag)?.reason).toBe(why)
  },
)

test('every stage says what it dropped and why', async () => {
  const { judge } = await select({ order: 'semver', range: '^1', exclude: ['*9'], minAge: '1h' }, '1.0.0', [
    candidate('1.1.0', { firstSeenAt: now - day }),
    candidate('1.2.0', { firstSeenAt: now }),
    candidate('1.3.0'),
    ...['1.0.0', '0.1.0', '2.0.0', '1.4.0-rc.1', '1.4.0-slim', '1.4', 'v1.4.0', '1.4.0-r1', 'main', '1.0.9'].map(
      (tag) => candidate(tag),
    ),
  ])

  expect(Object.fromEntries(judge(() => false).map(({ tag, reason }) => [tag, reason]))).toEqual({
    '1.1.0': '1.1.0 is the only one that may be chosen',
    '1.3.0': 'nobody knows since when it is there',
    '1.2.0': 'it has been there for 0 of 60 minutes',
    '1.0.0': 'it is the current tag',
    '2.0.0': 'it is not in ^1',
    '0.1.0': 'it is not in ^1',
    '1.4.0-rc.1': 'it is a prerelease (rc.1), and the current tag is none',
    '1.4.0-r1': 'it has a build counter, and the current tag has none',
    '1.4': 'it has 2 numbers, and the current tag has 3',
    'v1.4.0': 'it begins with a v, and the current tag does not',
    '1.4.0-slim': 'its variant is slim, not none',
    main: 'it is no version',
    '1.0.9': 'exclude matches it',
  })
})
