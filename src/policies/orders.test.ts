import { expect, test } from 'vitest'
import { candidate, chosen, select, verdictsOf } from '../../test/fakes/selection.ts'

const hour = 3_600_000
const now = Date.parse('2026-11-20T12:00:00Z')

test.each([
  ['YYYY-MM-DD', 'v2026-1-30', ['v2026-1-30', 'v2026-09-01'], 'v2026-09-01'],
  ['YYYY-MM-DD', '2026-9-01', ['2026-9-01', '2026-12-25', '2026-02-30', '2026-13-01'], '2026-12-25'],
  ['YYYY-0M-0D', '2026-09-01-2', ['2026-09-01-10', '2026-09-01-2', '2026-09-02'], '2026-09-01-10'],
  ['YYYY.MM.MICRO', '2026.1.9', ['2026.1.10', '2026.01.11', '2026.0.99'], '2026.01.11'],
  ['YY.M', '24.04', ['24.10', '24.9', '25.13'], '24.10'],
  ['YY.0M', '24.04', ['24.10', '26.04', 'jammy'], '26.04'],
  ['YYYYMMDD', '20260101', ['20261231', '2027011', '20261301'], '20261231'],
  // Full width only where no separator follows.
  ['YYYYMM.DD', '202601.5', ['202612.31', '20269.15', '202613.1'], '202612.31'],
  ['YYYYMM.DD', '202601.5', ['202602.28', '20269.15'], '20269.15'],
  ['0Y.0W', '24.04', ['24.5', '25.53', '25.54'], '25.53'],
  ['0Y.0M.0D', '24.4.1', ['24.04.02', '24.04.31'], '24.04.02'],
  ['YYYY.WW', '2026.1', ['2026.53', '2026.54', '2026.7'], '2026.53'],
  ['DD.MM.YYYY', '31.12.2025', ['01.01.2026', '31.12.2025'], '01.01.2026'],
  ['YYYY.MM', '2026.1-alpine', ['2026.2', '2026.2-alpine', '2026.3-slim'], '2026.2-alpine'],
  ['YYYY.MM.DD', '2024.02.28', ['2024.02.29', '2025.02.29'], '2024.02.29'],
  ['YYYY.MM', null, ['2026.1', '2026.2-9', '2026.2-r1'], '2026.1'],
  ['YYYY.MINOR.MICRO', '2026.1.0', ['2026.10.0', '2026.9.99999999999999999999'], '2026.10.0'],
])('calver:%s from %s among %j chooses %s', async (layout, current, tags, wanted) => {
  expect(await chosen(`calver:${layout}`, current, tags)).toBe(wanted)
})

test.each([
  ['numerical', '9', ['10', '9', '1e3', 'nan', 'inf', '0x20'], '10'],
  ['numerical', '1.9', ['1.10', '1.9', '1.95'], '1.95'],
  ['numerical', null, ['007', '6'], '007'],
  ['numerical', null, ['1', '1.0', '0.5'], '1.0'],
  [{ order: 'numerical', include: ['/^b-(.*)$/'], extract: '$1' }, 'b-9', ['b-10', 'b-9', 'c-11', 'b-'], 'b-10'],
  [
    { order: 'numerical', include: ['/-(\\d+)$/'], extract: '$1' },
    'main-20261120120000001',
    ['main-20261120120000002', 'main-20261120120000001', 'fix-20261120120000003'],
    'fix-20261120120000003',
  ],
  ['alphabetical', 'RELEASE.2026-01-01', ['RELEASE.2026-02-01', 'RELEASE.2026-01-01'], 'RELEASE.2026-02-01'],
  ['alphabetical', 'b', ['B', 'c', 'b'], 'c'],
  ['alphabetical', '￿', ['\u{10000}', '￿'], '\u{10000}'],
  ['pin:1.4.2', '2.0.0', ['1.4.2', '2.0.0'], '1.4.2'],
  ['pin:1.4.2', null, ['2.0.0'], null],
  ['digest', '1.4', ['1.4', '1.5'], '1.4'],
  ['digest', null, ['1.4'], null],
])('%j from %s among %j chooses %s', async (policy, current, tags, wanted) => {
  expect(await chosen(policy, current, tags)).toBe(wanted)
})

test('of equal extracts the first in byte order is chosen, whatever the order of the list', async () => {
  const policy = { order: 'numerical', include: ['/-(\\d+)$/'], extract: '$1' }

  expect(await chosen(policy, null, ['b-1', 'a-1'])).toBe('a-1')
  expect(await chosen(policy, null, ['a-1', 'b-1'])).toBe('a-1')
})

test('of tags that the registry says were pushed at the same time the first in byte order is the newest', async () => {
  const pushed = ['b', 'a', 'c'].map((tag, at) => candidate(tag, { pushedAt: tag === 'c' ? 1 : 2, firstSeenAt: at }))

  expect(await chosen('newest', null, pushed)).toBe('a')
  expect(await chosen('newest', 'a', pushed)).toBe('a')
  expect(await chosen('newest', 'b', pushed)).toBe('b')
})

test('newest goes by the time of the push, else by the first look, and not by what comes in the list first', async () => {
  const tags = [
    candidate('staging-a', { pushedAt: now - 3 * hour, firstSeenAt: now }),
    candidate('staging-b', { pushedAt: null, firstSeenAt: now - 2 * hour }),
    candidate('staging-c', { pushedAt: now - 4 * hour, firstSeenAt: now }),
    candidate('prod-a', { pushedAt: now, firstSeenAt: now }),
  ]

  expect(await chosen('glob:staging-*', 'staging-c', tags)).toBe('staging-b')
  expect(await chosen('regex:^prod-[a-z]$', null, tags)).toBe('prod-a')
})

test('newest never guesses: tags of the very first look are not put in order', async () => {
  const firstLook = ['staging-a', 'staging-b'].map((tag) => candidate(tag, { firstSeenAt: now }))

  expect(await select('newest', null, firstLook)).toMatchObject({ chosen: null, code: 'ORDER_UNKNOWN' })
  expect(await select('newest', null, ['staging-a'])).toMatchObject({ chosen: null })
  expect(await chosen('newest', 'staging-a', firstLook)).toBe('staging-a')
})

test('newest never guesses, also not by which of two was looked up first', async () => {
  const platform = { os: 'linux', architecture: 'amd64', variant: null }
  const a = candidate('a', { listedAt: now, digest: `sha256:${'a'.repeat(64)}` as never, platforms: [platform] })
  const b = candidate('b', { listedAt: now })

  expect(await select('newest', null, [a, b], { platform })).toMatchObject({
    chosen: null,
    code: 'ORDER_UNKNOWN',
    missing: { tag: 'b', what: 'digest' },
  })
  const other = { ...b, digest: `sha256:${'b'.repeat(64)}` as never }
  expect(await select('newest', null, [a, other], { platform })).toMatchObject({
    chosen: null,
    missing: { tag: 'b', what: 'platforms' },
  })
  expect(await select('newest', null, [a, { ...b, digest: a.digest }], { platform })).toMatchObject({ chosen: a })
  expect(await select('newest', null, [a, { ...other, platforms: [] }], { platform })).toMatchObject({ chosen: a })
})

test('newest does not compare a push with a look that found the other tag at the same time', async () => {
  const old = candidate('old', { listedAt: now, pushedAt: now - hour })
  const timeless = candidate('timeless', { listedAt: now })

  expect(await select('newest', null, [old, timeless])).toMatchObject({ chosen: null, code: 'ORDER_UNKNOWN' })
  expect(await chosen('newest', null, [old, { ...timeless, listedAt: now + hour }])).toBe('timeless')
})

test('a tag has to be as old as minAge, exactly will do, and the best that is old enough is chosen', async () => {
  const tags = [
    candidate('1.0.0', { firstSeenAt: now - 100 * hour }),
    candidate('1.1.0', { firstSeenAt: now - 48 * hour }),
    candidate('1.2.0', { firstSeenAt: now - 48 * hour + 1 }),
    candidate('1.3.0'),
  ]
  const policy = { order: 'semver', minAge: '2d' }

  expect(await chosen(policy, '1.0.0', tags)).toBe('1.1.0')
  expect(await verdictsOf(policy, '1.0.0', tags)).toMatchObject({ '1.2.0': 'too-young', '1.3.0': 'age-unknown' })
  expect(await chosen({ order: 'pin', range: '1.2.0', minAge: '2d' }, null, tags)).toBeNull()
})

test('a candidate without the platform makes way for the next, and an unknown one fails closed', async () => {
  const arm = { os: 'linux', architecture: 'arm64', variant: null }
  const tags = [
    candidate('1.0.0', { platforms: [arm] }),
    candidate('1.1.0', { platforms: [{ ...arm, variant: 'v8' }] }),
    candidate('1.2.0', { platforms: [{ ...arm, architecture: 'amd64' }] }),
    candidate('1.3.0', { platforms: [{ ...arm, architecture: 'arm', variant: 'v7' }] }),
    candidate('1.4.0'),
  ]

  const selection = await select('semver', '1.0.0', tags, { platform: arm })

  expect(selection.chosen?.tag).toBe('1.1.0')
  expect(selection.missing).toEqual({ tag: '1.4.0', what: 'digest' })
  expect(await verdictsOf('semver', '1.0.0', tags, { platform: arm })).toMatchObject({
    '1.2.0': 'platform-missing',
    '1.3.0': 'platform-missing',
    '1.4.0': 'platform-unknown',
  })
})

test('a digest in quarantine makes way for the next', async () => {
  const bad = `sha256:${'b'.repeat(64)}` as never
  const tags = [candidate('1.1.0'), candidate('1.2.0', { digest: bad })]

  expect(await chosen('semver', '1.0.0', tags, { quarantined: new Set([bad]) })).toBe('1.1.0')
})

test('under immutable a tag of three numbers that moved is not chosen, not even where it is the current one', async () => {
  const policy = { order: 'semver', immutable: true }
  const moved = [candidate('1.0.0', { hasMoved: true }), candidate('1.1.0', { hasMoved: true })]

  expect(await select(policy, '1.0.0', moved)).toMatchObject({ chosen: null, code: 'IMMUTABLE_MOVED' })
  expect(await chosen(policy, '1.0.0', [...moved, candidate('1.0.5')])).toBe('1.0.5')
  expect(await chosen({ ...policy, precision: 'any' }, '1.0', [candidate('1.1', { hasMoved: true })])).toBe('1.1')
})

test.each([
  ['partial', ['1.0.0', '1.1.0'], 'LIST_PARTIAL'],
  ['halved', ['1.0.0', '1.1.0'], 'LIST_HALVED'],
  ['whole', [], 'LIST_EMPTY'],
] as const)('a list that is %s tells nothing', async (list, tags, code) => {
  expect(await select('semver', '1.0.0', tags, { list })).toMatchObject({ chosen: null, code })
})
