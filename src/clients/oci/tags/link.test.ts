import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextLink } from './link.ts'

test.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', '/v2/a/tags/list?n=2&last=b'],
  ['<https://r.example/v2/a/tags/list?last=b>; rel=next', 'https://r.example/v2/a/tags/list?last=b'],
  ['/v2/a/tags/list?last=b; rel="next"', '/v2/a/tags/list?last=b'],
  ['<?last=a,b;c>;rel="next"', '?last=a,b;c'],
  ['</first>; rel="first", </next>; title="x"; rel="prefetch next"', '/next'],
  ['</prev>; rel="prev"', null],
  ['</nextish>; rel="nextish"', null],
  ['', null],
])('finds the next page in %s', (header, expected) => {
  expect(nextLink(header)).toBe(expected)
})

test('reads whatever it is given without an error, and fast', () => {
  const piece = fc.constantFrom('<', '>', ';', ' ', ',', 'rel', '=', '"', 'next', '/v2/a')
  const header = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(header, (text) => typeof (nextLink(text) ?? '') === 'string'),
    { numRuns: 500 },
  )

  for (const slow of ['; ', ';a', '<', ';rel=" next', 'a;b=c', ' ']) {
    const startedAt = performance.now()
    nextLink(slow.repeat(30_000))
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  }
})
