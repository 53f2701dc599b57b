import { describe, expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { isForAll, stateError } from './state-error.ts'

/** As `node:sqlite` throws it. */
const sqliteError = (errcode: number): Error =>
  Object.assign(new Error('as SQLite says'), { code: 'ERR_SQLITE_ERROR', errcode })

describe('what SQLite throws becomes the code that says who must act', () => {
  test.each([
    ['SQLITE_BUSY', 5, 'STATE_LOCKED'],
    ['SQLITE_BUSY_SNAPSHOT', 517, 'STATE_LOCKED'],
    ['SQLITE_READONLY', 8, 'STATE_UNWRITABLE'],
    ['SQLITE_READONLY_DIRECTORY', 1544, 'STATE_UNWRITABLE'],
    ['SQLITE_FULL', 13, 'STATE_UNWRITABLE'],
    ['SQLITE_CANTOPEN', 14, 'STATE_UNWRITABLE'],
    ['SQLITE_IOERR_WRITE', 778, 'STATE_UNWRITABLE'],
    ['SQLITE_IOERR_FSYNC', 1034, 'STATE_UNWRITABLE'],
    ['SQLITE_IOERR_READ', 266, 'STATE_UNREADABLE'],
    ['SQLITE_IOERR_SHORT_READ', 522, 'STATE_UNREADABLE'],
    ['SQLITE_CORRUPT', 11, 'STATE_UNREADABLE'],
    ['SQLITE_NOTADB', 26, 'STATE_UNREADABLE'],
    ['SQLITE_ERROR, a fault in our SQL', 1, 'INTERNAL'],
    ['SQLITE_CONSTRAINT_FOREIGNKEY, a fault of a caller', 787, 'INTERNAL'],
  ])('%s', (_, errcode, code) => {
    const thrown = sqliteError(errcode)

    expect(stateError(thrown, '/state')).toMatchObject({ code, cause: thrown })
  })
})

test('names the folder and keeps what SQLite said', () => {
  expect(stateError(sqliteError(13), '/state').message).toBe('the state in /state cannot be written: as SQLite says')
})

test('a file that this user may not look at is a state that cannot be read', () => {
  const thrown = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'access' })

  expect(stateError(thrown, '/state').code).toBe('STATE_UNREADABLE')
})

test('what the file system refuses is a state that cannot be written', () => {
  const thrown = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'mkdir' })

  expect(stateError(thrown, '/state').code).toBe('STATE_UNWRITABLE')
})

test('an AppError passes unchanged', () => {
  const error = new AppError('STATE_NEWER', 'newer')

  expect(stateError(error, '/state')).toBe(error)
})

test.each([
  ['a file that another has locked', true, 5],
  ['a full disk', false, 13],
  ['a row that is refused', false, 787],
])('that %s fails all that is written together is %s', (_, expected, errcode) => {
  expect(isForAll(stateError(sqliteError(errcode), '/state'))).toBe(expected)
})
