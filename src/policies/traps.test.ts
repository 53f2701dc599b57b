import fc from 'fast-check'
import { expect, test } from 'vitest'
import { candidate, chosen, verdictsOf } from '../../test/fakes/selection.ts'

/** What other projects get wrong about tags, with their threads where there is one. */
type Trap = readonly [trap: string, policy: unknown, current: string | null, tags: readonly string[], wanted: string]

const stamped = { order: 'numerical', include: ['/^(?:main|fix)-(.*)$/'], extract: '$1' }

test.each<Trap>([
  ['a date is no giant major', 'semver', '1.2.2', ['1.2.3', '20240101'], '1.2.3'],
  ['nor is a hash of digits', 'semver', null, ['1234567', '1.0.0'], '1.0.0'],
  [
    'a timestamp is exact to its last digit',
    stamped,
    'main-2026112012000000001',
    ['main-2026112012000000002'],
    'main-2026112012000000002',
  ],
  ['one tag that is no number does not spoil the rest', 'numerical', '1', ['nan', '1e3', 'inf', '', '2'], '2'],
  ['an older tag that matches is no reason to go back', 'numerical', '7', ['5', '7'], '7'],
  ['build-9 is before build-10', 'semver', '1.0-build-9', ['1.0-build-9', '1.0-build-10'], '1.0-build-10'],
  ['r69 is before r100', 'semver', '1.0-r69', ['1.0-r69', '1.0-r100'], '1.0-r100'],
  ['ls99 is before ls101', 'semver', '1.0-ls99', ['1.0-ls99', '1.0-ls101'], '1.0-ls101'],
  ['rc9 is before rc10', 'semver', '1.0-rc9', ['1.0-rc9', '1.0-rc10'], '1.0-rc10'],
  [
    'argo image updater 1768: dates with and without zeros',
    'calver:YYYY-MM-DD',
    'v2026-1-30',
    ['v2026-1-30', 'v2026-09-01'],
    'v2026-09-01',
  ],
  [
    'argo image updater 1768: revisions of a date',
    'calver:YYYY-MM-DD',
    '2026-09-01-2',
    ['2026-09-01-10', '2026-09-01-2'],
    '2026-09-01-10',
  ],
  [
    'argo image updater 1768: months of one and two digits',
    'calver:YYYY-MM-DD',
    '2026-9-01',
    ['2026-9-01', '2026-12-25'],
    '2026-12-25',
  ],
  [
    'renovate 20106: a prerelease goes on to its final',
    'semver',
    '3.0.0-rc.0',
    ['3.0.0-rc.1', '3.0.0', '3.1.0-rc.0'],
    '3.0.0',
  ],
  [
    'renovate 34823: a variant is no prerelease',
    'semver',
    '1.2.3-alpine',
    ['1.2.4', '1.2.4-alpine', '1.3.0-alpine3.19', '1.2.5-alpine-slim'],
    '1.2.4-alpine',
  ],
  ['two numbers stay two', 'semver', '1.4', ['1.4.9', '1.5', '1.5.0', '2'], '1.5'],
  ['renovate 4339: no v comes by itself', 'semver', '1.2.3', ['v1.2.4', '1.2.3'], '1.2.3'],
  ['flux 4984: what was deleted is no reason to go down', 'semver', '2.0.0', ['1.9.0', '2.0.0'], '2.0.0'],
])('%s: %j from %s among %j gives %s', async (_, policy, current, tags, wanted) => {
  expect(await chosen(policy, current, tags)).toBe(wanted)
})

test('of two tags with one extract the same is chosen a hundred times, however the list is shuffled', async () => {
  const tags = ['main-7', 'fix-7', 'main-6', 'fix-5']
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(tags, { minLength: tags.length }), async (shuffled) => {
      expect(await chosen(stamped, 'fix-5', shuffled)).toBe('fix-7')
    }),
    { numRuns: 100 },
  )
})

test('what is no number is dropped, and says so', async () => {
  expect(await verdictsOf('numerical', '1', ['1', 'nan', '1e3', 'inf', ''])).toEqual({
    1: 'selected',
    nan: 'unreadable',
    '1e3': 'unreadable',
    inf: 'unreadable',
    '': 'invalid',
  })
})

test('a list that swings between polls moves nothing', async () => {
  const all = Array.from({ length: 595 }, (_, at) => `1.0.${at}`)
  for (const count of [595, 490, 505, 595])
    expect(await chosen('semver', '1.0.400', all.slice(0, count))).toBe(`1.0.${count - 1}`)
  for (const count of [595, 490, 505])
    expect(await chosen('semver', '1.0.594', [...all.slice(0, count), '1.0.594'])).toBe('1.0.594')
})

test('cosign and its like are never candidates', async () => {
  const artefacts = ['', '.sig', '.att', '.sbom', '.x'].map((end) => `sha256-${'0'.repeat(64)}${end}`)
  for (const policy of ['semver', 'newest', 'numerical', 'alphabetical', 'calver:YYYY.MM', 'glob:*']) {
    const found = await verdictsOf(
      policy,
      null,
      [...artefacts, 'v1.sig'].map((tag) => candidate(tag, { pushedAt: 1 })),
    )
    expect(new Set(Object.values(found))).toEqual(new Set(['artefact']))
  }
})

test('a forged time of making makes nothing older: only when we saw it counts', async () => {
  const now = Date.parse('2026-11-20T12:00:00Z')
  const tags = [candidate('1.0.0'), candidate('1.1.0', { pushedAt: 0, firstSeenAt: now - 1000 })]
  expect(await chosen({ order: 'semver', minAge: '1h' }, '1.0.0', tags)).toBe('1.0.0')
})
