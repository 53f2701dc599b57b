import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../../../errors.ts'
import { nextLink } from './link.ts'

const read = (link: string): string | null => nextLink({ link }, 'r.example/a')

test.each([
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', '/v2/a/tags/list?n=2&last=b'],
  ['<https://r.example/v2/a/tags/list?last=b>; rel=next', 'https://r.example/v2/a/tags/list?last=b'],
  ['/v2/a/tags/list?last=b; rel="next"', '/v2/a/tags/list?last=b'],
  ["</v2/a/tags/list?last=b>; rel='next'", '/v2/a/tags/list?last=b'],
  ["</next>; title='a; b'; rel = 'prefetch next'", '/next'],
  ['</next>;rel = "NEXT" ', '/next'],
  ['</next>; rel="next"; x', '/next'],
  ['</who>, </next>; rel="next"', '/next'],
  ['<?last=a,b;c>;rel="next"', '?last=a,b;c'],
  ['</first>; rel="first", </next>; title="x"; rel="prefetch next"', '/next'],
  ['</prev>; rel="prev"', null],
  ["</first>; rel=first, </prev>; title=it's; rel='prev';, </last>; rel=last", null],
  ['</nextish>; rel="nextish"', null],
  ['', null],
])('finds the next page in %s', (header, expected) => {
  expect(read(header)).toBe(expected)
})

test.each([
  '</v2/a/tags/list?last=b>',
  '</v2/a/tags/list?last=b>; title="next"',
  '</v2/a/tags/list?last=b>; rel',
  '</v2/a/tags/list?last=b>; rel=""',
  '</v2/a/tags/list?last=b>; rel="next',
  '</v2/a/tags/list?last=b>; title="; rel=prev"',
  '/v2/a/tags/list?last=b',
  '</prev>; rel="prev", </v2/a/tags/list?last=b>',
  '</v2/a/tags/list?last=b>, </prev>; rel="prev"',
])('%s may be the next page and is not taken for none', (header) => {
  expect(() => read(header)).toThrow(expect.objectContaining({ code: 'REGISTRY_INTEGRITY' }))
})

test('of a header that is too long to be read the next page may lie beyond', () => {
  expect(() => read(`${'</prev>; rel="prev", '.repeat(1_000)}</next>; rel="next"`)).toThrow(AppError)
})

test('reads whatever it is given without any other error, and fast', () => {
  const piece = fc.constantFrom('<', '>', ';', ' ', ',', 'rel', '=', '"', "'", 'next', '/v2/a')
  const header = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  fc.assert(fc.property(header, isReadOrRefused), { numRuns: 500 })

  for (const slow of ['; ', ';a', '<', ';rel=" next', "; a='", '<a>;b=', 'a;b=c', ' ']) {
    const startedAt = performance.now()
    isReadOrRefused(slow.repeat(30_000))
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  }
})

function isReadOrRefused(header: string): boolean {
  try {
    return typeof (read(header) ?? '') === 'string'
  } catch (error) {
    return error instanceof AppError && error.code === 'REGISTRY_INTEGRITY'
  }
}
