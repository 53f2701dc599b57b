import { expect, test } from 'vitest'
import { isOldVersion, parseComposeVersion } from './version.ts'

test.each([
  ['2.26.1\n', [2, 26, 1]],
  ['v2.26.1', [2, 26, 1]],
  ['2.26.1-4', [2, 26, 1]],
  ['2.24.0-desktop.1', [2, 24, 0]],
  ['5.0', [5, 0, 0]],
  ['2.29.1+ds1-0ubuntu1', [2, 29, 1]],
  ['dev', null],
  ['', null],
  ['2', null],
  ['1.2.3.4', null],
])('reads %j', (text, expected) => {
  expect(parseComposeVersion(text)).toEqual(expected)
})

test.each([
  [[2, 23, 0], true],
  [[2, 23, 1], false],
  [[2, 23, 2], false],
  [[2, 9, 9], true],
  [[1, 99, 99], true],
  [[2, 24, 0], false],
  [[5, 0, 0], false],
] as const)('%j is too old: %s', (version, expected) => {
  expect(isOldVersion(version)).toBe(expected)
})
