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
  ['semver', '20240101', ['20240101', '20240115', '45678901', '1234567890', '99999999', '202402'], '20240115'],
  ['semver', '240101', ['240102', '654321', '240199'], '240102'],
  ['semver', '202401011200', ['202401011300', '20240102', '999999999999'], '202401011300'],
  ['semver', '1234567', ['1234568', '12345678', '20240101'], '12345678'],
  [{ order: 'semver', prerelease: 'any' }, '16', ['16', '17', '81b2345', '123b456', '1a23456'], '17'],
  [{ order: 'semver', prerelease: 'any', precision: 'any' }, '1.2.3', ['1.3.0', '81b2345', '81b2345-slim'], '1.3.0'],
  [
    { order: 'semver', prerelease: 'any' },
    '1.2.3',
    ['1.3.0-a12b4567', '1.3.0a1234567', '1.3.0-b1', '1.2.3'],
    '1.3.0-b1',
  ],
  ['semver', '16', ['17b2', '17'], '17'],
  ['semver', '1.0.0-b20240101', ['1.0.0-b20240102', '1.0.1-b20240103'], '1.0.0-b20240102'],
  ['semver', '1.2.3-abc1234', ['1.2.4-a1234b6'], '1.2.4-a1234b6'],
  // What is glued to the number of a prerelease is of it.
  ['semver', '2.0.0-beta4b', ['2.0.0', '2.0.1-beta5b'], '2.0.0'],
  ['semver', '1.0.0-rc1a', ['1.0.0-rc1b', '1.0.1-rc1a'], '1.0.0-rc1b'],
  [
    { order: 'semver', variant: 'ignore' },
    '1.0.0',
    ['1.0.0', '1.1.0-rc1abc', '1.1.0-dev0a1b2c3', '1.1.0-a240101', '1.1.0-ea12345', '1.1.0-a1234567'],
    '1.0.0',
  ],
  ['semver', '1.0', ['02024.1', '1.0'], '1.0'],
  ['semver', '1.0.0.1', ['1.0.0.2', '1.0.0.10'], '1.0.0.10'],
  ['semver', '1.0.9007199254740993', ['1.0.9007199254740992', '1.0.9007199254740994'], '1.0.9007199254740994'],
  ['semver', '1.01.0', ['1.01.0', '1.2.0'], '1.2.0'],
  ['semver', '1.0.0', ['1.0.0', '1.0.1foo', '1.0.1p1'], '1.0.0'],
  // An equal version under another name is no reason to change, also where lower ones would be.
  [{ order: 'semver', vPrefix: 'any', downgrade: true }, 'v1.1', ['v1.1', '1.1'], 'v1.1'],
  [{ order: 'semver', precision: 'any', downgrade: true }, '1.4', ['1.4', '1.4.0', '1.3'], '1.4'],
  [{ order: 'semver', precision: 'any', downgrade: true }, '1.4', ['1.4.0', '1.3'], '1.4.0'],
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
  [{ order: 'semver', prerelease: 'never' }, '1.0.0-rc.1', ['1.0.0-rc.2', '1.0.0'], '1.0.0'],
  // Counters.
  ['semver', '0.14.0-r3-ls84', ['0.14.0-r3-ls84', '0.14.0-ls80', '0.14.0-ls99'], '0.14.0-r3-ls84'],
  ['semver', '10.8.13-1-ls200', ['10.8.13-1-ls200', '10.8.13-ls5', '10.8.14-ls6'], '10.8.14-ls6'],
  [
    { order: 'semver', vPrefix: 'any' },
    '1.0.20210914-r4-ls53',
    ['1.0.20210914-r4-ls53', 'v1.0.20210914-ls116'],
    '1.0.20210914-r4-ls53',
  ],
  ['semver', '1.0-build9', ['1.0-build9', '1.0-build10'], '1.0-build10'],
  ['semver', '1.0.0-ls99', ['1.0.0-ls101', '1.0.0-ls99', '1.0.1'], '1.0.0-ls101'],
  ['semver', '2.1.1-r7-ls250', ['2.1.1-r8-ls1', '2.1.1-r7-ls251'], '2.1.1-r8-ls1'],
  ['semver', '16.2.0-debian-12-r5', ['16.2.0-debian-12-r10', '16.2.0-debian-11-r99'], '16.2.0-debian-12-r10'],
  ['semver', null, ['11.0.0', '11.0.0-71986', '12.0.0-16903893045', '11.0.0-r1'], '11.0.0'],
  [{ order: 'semver', downgrade: true }, 'latest', ['latest', '11.0.0', '12.0.0-16903893045'], '11.0.0'],
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
  ['semver', '1.40.4.8679-424562606-ls222', ['1.41.0.8994-f2c27da23-ls233'], '1.41.0.8994-f2c27da23-ls233'],
  ['semver', '1.40.0.7998-c29d4c0c8-ls205', ['1.40.4.8679-424562606-ls222'], '1.40.4.8679-424562606-ls222'],
  ['semver', '2.13.1-12345678-Ubuntu22-ls200', ['2.14.0-2ac5ed79-Ubuntu22-ls214'], '2.14.0-2ac5ed79-Ubuntu22-ls214'],
  ['semver', '9.4-20240530-r1', ['9.4-20240602-r1', '9.4-20240602-slim-r9'], '9.4-20240602-r1'],
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
  ['semver:>=1.2.0 <2.0.0-0', '1.2.0', ['1.2.0', '1.3.0', '1.4.0-beta.1', '2.0.0-rc.1'], '1.3.0'],
  ['semver:>=1.2.0-0 <2.0.0-0', '1.2.0', ['1.3.0', '1.4.0-beta.1', '2.0.0-rc.1'], '1.4.0-beta.1'],
  [{ order: 'semver', range: '>=1.2.0-0', prerelease: 'never' }, '1.2.0', ['1.3.0', '1.4.0-beta.1'], '1.3.0'],
  [
    { order: 'semver', range: '^1.2.0-rc.1', prerelease: 'never' },
    '1.2.0-rc.1',
    ['1.2.0-rc.1', '1.2.0-rc.2'],
    '1.2.0-rc.1',
  ],
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
