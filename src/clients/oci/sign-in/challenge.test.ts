import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChallenges } from './challenge.ts'

function read(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])
}

test.each([
  ['Basic realm="x"', [['basic', { realm: 'x' }]]],
  ['BEARER Realm="https://a/token",SERVICE=a', [['bearer', { realm: 'https://a/token', service: 'a' }]]],
  [
    'Bearer realm="https://a/t",service="s",scope="repository:x:pull,push",Basic realm="y"',
    [
      ['bearer', { realm: 'https://a/t', service: 's', scope: 'repository:x:pull,push' }],
      ['basic', { realm: 'y' }],
    ],
  ],
  [
    'Basic, Bearer realm = "https://a/t"',
    [
      ['basic', {}],
      ['bearer', { realm: 'https://a/t' }],
    ],
  ],
  [String.raw`Basic realm="a \"quoted\", comma"`, [['basic', { realm: 'a "quoted", comma' }]]],
  ['Bearer realm="https://first",realm="https://second"', [['bearer', { realm: 'https://first' }]]],
  ['', []],
])('reads %s', (header, expected) => {
  expect(read(header)).toEqual(expected)
})

test('reads whatever it is given without an error', () => {
  const piece = fc.constantFrom('Bearer', 'realm', '=', '"', '\\', ',', ' ', 'https://a', 'abc==', '\u0000', 'é')
  const header = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  )

  fc.assert(
    fc.property(header, (text) => Array.isArray(parseChallenges(text))),
    { numRuns: 500 },
  )
})

test('stays fast for a header made to be slow', () => {
  const startedAt = performance.now()

  parseChallenges(String.raw`a="\"`.repeat(100_000))

  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
