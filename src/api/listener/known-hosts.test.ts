import { describe, expect, test } from 'vitest'
import { createHostRule } from './known-hosts.ts'

describe('without a list', () => {
  const isKnown = createHostRule(null)

  test.each([
    'localhost',
    'LocalHost:8484',
    'web.localhost',
    '127.0.0.1',
    '10.1.2.3:8484',
    '[::1]:8484',
    '[fd00::1]',
    'longshore:8484',
  ])('%s is answered', (host) => {
    expect(isKnown(host, '/healthz')).toBe(true)
  })

  test.each([
    'evil.example.com',
    'evil.example.com:8484',
    'localhost.evil.example.com',
    '127.0.0.1.evil.example.com',
    'evil.example.com.',
  ])('%s is answered only where a secret is asked for', (host) => {
    expect(isKnown(host, '/readyz')).toBe(false)
    expect(isKnown(host, '/hooks')).toBe(false)
    expect(isKnown(host, '/hooks/registry')).toBe(true)
  })
})

describe('with a list', () => {
  const isKnown = createHostRule(['longshore.example.com'])

  test.each([
    'longshore.example.com',
    'LONGSHORE.example.com:443',
    'longshore.example.com.',
    'localhost',
    '127.0.0.1:8484',
    '[::1]',
  ])('%s is answered', (host) => {
    expect(isKnown(host, '/healthz')).toBe(true)
  })

  test.each([
    'evil.example.com',
    'x.longshore.example.com',
    'longshore.example.com.evil.example.com',
    'longshore',
    'example.com',
  ])('%s is answered nowhere', (host) => {
    expect(isKnown(host, '/hooks/registry')).toBe(false)
  })
})

test.each(['', ' ', 'a b', 'localhost, evil.example.com', 'evil.example.com@localhost', '[::1', 'a/b', ':80', '.'])(
  'what is no host is not answered: "%s"',
  (host) => {
    expect(createHostRule(null)(host, '/hooks/registry')).toBe(false)
  },
)

test('who names no host is answered', () => {
  expect(createHostRule(['longshore.example.com'])(undefined, '/healthz')).toBe(true)
})
