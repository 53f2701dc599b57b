import { expect, test } from 'vitest'
import { chosen, verdictsOf } from '../../test/fakes/selection.ts'

/** Policy, current tag, tags, and the tag that has to be chosen. */
type Case = readonly [policy: unknown, current: string | null, tags: readonly string[], wanted: string | null]

test.each<Case>([
  // Reading: what is a version.
  ['semver', '1.2.2', ['1.2.3', '20240101'], '1.2.3'],
  ['semver', null, ['1234567', '1.0.0'], '1.0.0'],
  ['semver', null, ['7', '1.0'], '1.0'],
  ['semver', '7', ['7', '8'], '8'],
  ['semver', '2023.9.1', ['2023.9.1', '2024.1.0'], '2024.1.0'],
  ['semver', '20231219', ['20231219', '20240115'], '20240115'],
  ['semver', '1.0.0.1', ['1.0.0.2', '1.0.0.10'], '1.0.0.10'],
  ['semver', '1.0.9007199254740993', ['1.0.9007199254740992', '1.0.9007199254740994'], '1.0.9007199254740994'],
  ['semver', '1.01.0', ['1.01.0', '1.2.0'], '1.2.0'],
  ['semver', '1.0.0', ['1.0.0', '1.0.1foo', '1.0.1p1'], '1.0.0'],
  // Prereleases.
  ['semver', '1.0.0', ['1.0.0', '1.1.0-rc.1'], '1.0.0'],
  ['semver', '3.0.0-rc.0', ['3.0.0-rc.1', '3.1.0-rc.0'], '3.0.0-rc.1'],
  ['semver', '3.0.0-rc.0', ['3.0.0-rc.1', '3.0.0', '3.1.0-rc.0'], '3.0.0'],
  ['semver', '1.0.0-rc9', ['1.0.0-rc9', '1.0.0-rc10'], '1.0.0-rc10'],
  ['semver', '3.14.0a4-slim', ['3.14.0rc1-slim', '3.14.0rc1'], '3.14.0rc1-slim'],
  ['semver', '8.4.0RC1-alpine', ['8.4.0RC2-alpine', '8.4.0-alpine'], '8.4.0-alpine'],
  ['semver', '4.0.0-rc.1-alpine', ['4.0.0-rc.2-alpine', '4.0.0-rc.3'], '4.0.0-rc.2-alpine'],
  [{ order: 'semver', prerelease: 'any' }, '1.0.0', ['1.0.0', '1.1.0-rc.1'], '1.1.0-rc.1'],
  [{ order: 'semver', prerelease: 'never' }, '1.0.0-rc.1', ['1.0.0-rc.2', '1.0.0-rc.1'], '1.0.0-rc.1'],
  // Counters.
  ['semver', '1.0-build9', ['1.0-build9', '1.0-build10'], '1.0-build10'],
  ['semver', '1.0.0-ls99', ['1.0.0-ls101', '1.0.0-ls99', '1.0.1'], '1.0.0-ls101'],
  ['semver', '2.1.1-r7-ls250', ['2.1.1-r8-ls1', '2.1.1-r7-ls251'], '2.1.1-r8-ls1'],
  ['semver', '16.2.0-debian-12-r5', ['16.2.0-debian-12-r10', '16.2.0-debian-11-r99'], '16.2.0-debian-12-r10'],
  ['semver', '9.3-20231119', ['9.3-20231124', '9.3'], '9.3-20231124'],
  // Variants.
  ['semver', '1.2.3-alpine', ['1.2.4', '1.2.4-alpine', '1.3.0-alpine3.19', '1.2.5-alpine-slim'], '1.2.4-alpine'],
  ['semver', '1.2.3-Alpine', ['1.2.4-alpine'], '1.2.4-alpine'],
  [
    { order: 'semver', variant: 'shape' },
    '1.2.3-alpine3.19',
    ['1.2.3-alpine3.20', '1.2.3-debian9'],
    '1.2.3-alpine3.20',
  ],
  [
    { order: 'semver', variant: 'shape' },
    '1.2-debian-11-r99',
    ['1.2-debian-12-r0', '1.2-debian-11-r100'],
    '1.2-debian-12-r0',
  ],
  [{ order: 'semver', variant: 'ignore' }, '1.2.3', ['1.2.4-alpine', '1.2.3'], '1.2.4-alpine'],
  ['semver', null, ['1.2.3', '1.2.4-alpine'], '1.2.3'],
  ['semver', '21.0.2_13-jdk', ['21.0.3_9-jdk', '21.0.3_9-jre'], '21.0.3_9-jdk'],
  ['semver', '1.40.0.7998-c29d4c0c8-ls205', ['1.40.1.8227-c0dd5a73e-ls207'], '1.40.1.8227-c0dd5a73e-ls207'],
  ['semver', '1.2.3', ['1.2.3', '1.2.4-abc1234'], '1.2.3'],
  ['semver', '10.10.3ubu2404-ls40', ['10.10.4ubu2404-ls1', '10.11.0'], '10.10.4ubu2404-ls1'],
  // Precision and prefix.
  ['semver', '1.4', ['1.4.9', '1.5', '1.5.0', '2'], '1.5'],
  [{ order: 'semver', precision: 'any' }, '1.4', ['1.4', '1.5', '1.5.0'], '1.5.0'],
  ['semver', '1.2.3', ['v1.2.4', '1.2.3'], '1.2.3'],
  [{ order: 'semver', vPrefix: 'any' }, '1.2.3', ['v1.2.4', '1.2.3'], 'v1.2.4'],
  [{ order: 'semver', vPrefix: 'any' }, '1.2.3', ['v1.2.4', '1.2.4'], '1.2.4'],
  // Range.
  ['semver:^1.25', '1.25.3-alpine', ['1.25.4', '1.26.0-alpine', '2.0.0-alpine'], '1.26.0-alpine'],
  ['semver:>=1.2,<2', '1.2.3', ['2.0.0', '1.9.0', '2.0.0-rc.1'], '1.9.0'],
  ['semver:>=1.2.0-rc.1 <2', '1.2.0', ['1.9.1-beta.2', '1.9.0', '2.0.0-rc.1', '2.0.0'], '1.9.1-beta.2'],
  ['semver:1.x || 3.x', '1.0.0', ['2.0.0', '1.5.0', '3.1.0'], '3.1.0'],
  ['semver:<2', '1.0.0.5', ['1.0.0.6', '2.0.0.1'], '1.0.0.6'],
  // Direction, downgrade, the step of the major version.
  [{ order: 'semver', direction: 'lowest' }, '1.0.0', ['0.9.0', '1.1.0', '1.0.1', '1.0.0'], '1.0.1'],
  [{ order: 'semver', downgrade: true }, '2.0.0', ['1.0.0', '1.5.0'], '1.5.0'],
  [{ order: 'semver', downgrade: true }, 'latest', ['1.0.0', 'latest'], '1.0.0'],
  [{ order: 'semver', maxMajorStep: 0 }, '1.0.0', ['1.9.0', '2.0.0'], '1.9.0'],
  [{ order: 'semver', maxMajorStep: 1 }, '1.0.0', ['2.0.0', '4.0.0', '7.0.0'], '2.0.0'],
  [{ order: 'semver', maxMajorStep: 1 }, '1.0.0', ['4.0.0', '4.1.0', '7.0.0'], '4.1.0'],
  // Nothing better.
  ['semver', '1.2.3', ['1.2.3', '1.2.2'], '1.2.3'],
  ['semver', '1.2.3', ['1.2.2'], null],
  ['semver:^1', '2.0.0', ['2.0.0', '1.9.0'], '2.0.0'],
  ['semver', 'latest', ['latest', '1.0.0'], null],
  [{ order: 'semver', vPrefix: 'any' }, 'v1.2.3', ['1.2.3', 'v1.2.3'], 'v1.2.3'],
  [{ order: 'semver', include: ['1.*'] }, '2.0', ['2.0', '1.9'], null],
])('%j from %s among %j chooses %s', async (policy, current, tags, wanted) => {
  expect(await chosen(policy, current, tags)).toBe(wanted)
})

test('tells of every tag what became of it', async () => {
  const tags = ['1.2.0', '1.3.0', '1.4.0', '1.4.0-alpine', '1.5.0-rc.1', '2.0.0', '1.6', 'v1.6.0', '1.6.0-ls4', 'edge']
  const artefact = `sha256-${'a'.repeat(64)}.sig`

  expect(await verdictsOf('semver:^1', '1.3.0', [...tags, artefact])).toEqual({
    '1.4.0': 'selected',
    '1.3.0': 'not-newer',
    '1.2.0': 'not-newer',
    '2.0.0': 'out-of-range',
    '1.5.0-rc.1': 'prerelease',
    '1.6.0-ls4': 'other-counter',
    '1.6': 'other-precision',
    'v1.6.0': 'other-prefix',
    '1.4.0-alpine': 'other-variant',
    edge: 'unreadable',
    [artefact]: 'artefact',
  })
})
