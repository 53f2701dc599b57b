import { expect, test } from 'vitest'
import {
  isNumber,
  isText,
  keyOf,
  listOf,
  objectOf,
  oneOf,
  orNull,
  parseJson,
  readJson,
  readRow,
  toJson,
} from './shape.ts'

const isRow = objectOf({
  name: isText,
  size: orNull(isNumber),
  kind: oneOf(['a', 'b']),
  parts: listOf(keyOf({ left: true, right: true })),
})
const row = { name: 'n', size: null, kind: 'a', parts: ['left', 'right'] }

test('accepts a row that has every field as it should be', () => {
  expect(readRow('table', 'id', isRow, row)).toEqual(row)
})

test.each([
  ['a field is missing', { ...row, name: undefined }],
  ['a field is null that may not be', { ...row, name: null }],
  ['a field has another type', { ...row, size: '1' }],
  ['a word is unknown', { ...row, kind: 'c' }],
  ['a word is only a property of every object', { ...row, parts: ['toString'] }],
  ['a list is none', { ...row, parts: { 0: 'left' } }],
  ['it is null', null],
  ['it was no JSON', parseJson('{')],
])('refuses a row when %s, naming table and id', (_, broken) => {
  expect(() => readRow('workloads', 'local/container/web', isRow, broken)).toThrow(
    expect.objectContaining({
      code: 'STATE_UNREADABLE',
      message: 'the row local/container/web of the table workloads cannot be read',
    }),
  )
})

test.each([[null], [0], ['text'], [{ deep: [1, { er: true }] }]])('gives JSON back as it was: %j', (value) => {
  expect(readJson('images', 'id', toJson(value))).toEqual(value)
})

test('what JSON has no word for comes back as null', () => {
  expect(readJson('images', 'id', toJson(undefined))).toBeNull()
})
