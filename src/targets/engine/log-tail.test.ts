import { expect, test } from 'vitest'
import { withoutEnvironment } from './log-tail.ts'

const environment = ['PATH=/bin', 'TOKEN=hush-hush', 'URL=postgres://me:pass=word@db', 'KEY=first line\nsecond line']

test.each([
  ['a value', 'token is hush-hush!', 'token is ***!'],
  ['a value with = in it', 'cannot reach postgres://me:pass=word@db', 'cannot reach ***'],
  ['a value in base64', `Basic ${Buffer.from('hush-hush').toString('base64')}`, 'Basic ***'],
  ['each line of a value of several', '> first line\n> second line', '> ***\n> ***'],
])('strikes out %s', (_, text, struck) => {
  expect(withoutEnvironment(text, environment, false)).toBe(struck)
})

test('leaves the rest, and what is too short to be a secret', () => {
  expect(withoutEnvironment('cannot find /bin/app', environment, false)).toBe('cannot find /bin/app')
})

test('drops the first line where the text was cut: it may begin with half a value', () => {
  expect(withoutEnvironment('sh-hush\nlast words', environment, true)).toBe('last words')
})

test('keeps the last 4 KiB', () => {
  const kept = withoutEnvironment(`${'x'.repeat(9000)} last words`, environment, false)

  expect(kept).toHaveLength(4096)
  expect(kept.endsWith('last words')).toBe(true)
})
