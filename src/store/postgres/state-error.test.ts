import { describe, expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import { isConnectionLost, isForAll, isPassing, stateError } from './state-error.ts'

const fromServer = (code: string) => Object.assign(new Error('as the server says'), { code, severity: 'ERROR' })
const fromSystem = (code: string) => Object.assign(new Error('as the system says'), { code })

describe('what the server refuses', () => {
  test.each([
    ['28P01', 'STATE_REFUSED', false],
    ['28000', 'STATE_REFUSED', false],
    ['42501', 'STATE_REFUSED', false],
    ['3D000', 'STATE_NOT_FOUND', false],
    ['3F000', 'STATE_NOT_FOUND', false],
    ['25006', 'STATE_UNWRITABLE', false],
    ['53100', 'STATE_UNWRITABLE', false],
    ['53300', 'STATE_UNAVAILABLE', false],
    ['57P01', 'STATE_UNAVAILABLE', true],
    ['57P03', 'STATE_UNAVAILABLE', true],
    ['57014', 'STATE_UNAVAILABLE', false],
    ['08006', 'STATE_UNAVAILABLE', true],
    ['25P03', 'STATE_UNAVAILABLE', true],
    ['40001', 'STATE_LOCKED', true],
    ['40P01', 'STATE_LOCKED', true],
    ['55P03', 'STATE_LOCKED', true],
    ['42P01', 'STATE_UNREADABLE', false],
    ['XX001', 'STATE_UNREADABLE', false],
    ['23503', 'INTERNAL', false],
  ])('with %s is %s, and may pass: %s', (code, named, passes) => {
    const error = stateError(fromServer(code), 'postgres://db/state')

    expect(error.code).toBe(named)
    expect([isPassing(error), isPassing(fromServer(code))]).toEqual([passes, passes])
  })

  test('as read-only says where the address should lead', () => {
    expect(stateError(fromServer('25006'), 'postgres://db/state').message).toBe(
      'the state at postgres://db/state cannot be written: as the server says (a standby, or a database that was made read-only: the address must lead to the primary)',
    )
  })
})

describe('what the connection fails with', () => {
  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOENT', 'EPIPE'])(
    '%s is a database that is away',
    (code) => {
      const error = stateError(fromSystem(code), 'postgres://db/state')

      expect(error.code).toBe('STATE_UNAVAILABLE')
      expect([isConnectionLost(error), isPassing(fromSystem(code))]).toEqual([true, true])
    },
  )

  test.each([
    'Connection terminated unexpectedly',
    'Query read timeout',
    'timeout expired',
    'Client has encountered a connection error and is not queryable',
  ])('"%s", which node-postgres says without a code, is too', (message) => {
    expect(stateError(new Error(message), 'x').code).toBe('STATE_UNAVAILABLE')
    expect(isConnectionLost(new Error(message))).toBe(true)
  })

  test.each([
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'CERT_HAS_EXPIRED',
  ])('%s is a server that is not trusted, and will not be in a moment', (code) => {
    const error = stateError(fromSystem(code), 'x')

    expect(error.code).toBe('STATE_REFUSED')
    expect(isPassing(error)).toBe(false)
  })

  test('anything else stays what it is', () => {
    const known = new AppError('STATE_MOVED', 'elsewhere')

    expect(stateError(known, 'x')).toBe(known)
    expect(stateError(new TypeError('a bug'), 'x').code).toBe('INTERNAL')
    expect([isConnectionLost('text'), isPassing(new TypeError('a bug')), isPassing(known)]).toEqual([
      false,
      false,
      false,
    ])
  })
})

test.each([
  ['a server that is away', true, stateError(fromSystem('ECONNREFUSED'), 'x')],
  ['a server that shuts down', true, stateError(fromServer('57P01'), 'x')],
  ['another process that took the lock of the state', true, new AppError('STATE_LOCKED', 'in use')],
  ['a deadlock', false, stateError(fromServer('40P01'), 'x')],
  ['a row that another transaction has locked', false, stateError(fromServer('55P03'), 'x')],
  ['a text that cannot be kept', false, stateError(fromServer('22021'), 'x')],
])('that %s fails all that is written together is %s', (_, expected, error) => {
  expect(isForAll(error)).toBe(expected)
})
