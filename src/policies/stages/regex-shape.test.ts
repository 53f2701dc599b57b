import fc from 'fast-check'
import { RE2JS } from 're2js'
import { expect, test } from 'vitest'
import { shapeOf } from './regex-shape.ts'

test.each([
  '^main-[a-f0-9]+-(?P<ts>\\d+)$',
  '^(.*)-dev$',
  'release-(.*)$',
  '^v\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}$',
  '^([0-9.]+)-[0-9a-f]{9}$',
  '^(?:1\\.[0-9].*|2|3[a-z]?)$',
  'alpine',
])('%s is plain', (regex) => {
  expect(shapeOf(regex).plain).toBe(regex.replace('(?P<', '(?<'))
})

test.each([
  ['(?i)main', 'flags'],
  ['a\\b', 'an escape that is not read alike'],
  ['(a|b)*', 'rounds of a group'],
  ['^(|a)?a*', 'a group that may match nothing and may be left out'],
  ['^.*.*.*$', 'too many ways to try'],
  ['^a+|b.*c.*$', 'an end that one alternative alone has'],
  ['[]a]', 'a class that begins with its end'],
  ['[[:alpha:]]', 'a class with a name'],
  ['^*', 'a repeated anchor'],
  ['a{,3}', 'a bracket that repeats nothing'],
])('%s is left to RE2: %s', (regex) => {
  expect(shapeOf(regex).plain).toBeNull()
})

const pieces = String.raw`a b 1 . - \. \d \w [a-c] [^a] [1\-] ^ $ | ( (?: (?P<n> ) * + ? *? {2} {1,2} {0,1} {1,}? \b [ ] { (?i)`
const piece = fc.constantFrom(...pieces.split(' '))
const regexes = fc.array(piece, { maxLength: 9 }).map((parts) => parts.join(''))
const tags = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '2', '.', '-', 'B'), maxLength: 8 })

test('what is plain matches as by RE2, with the same groups', () => {
  let compared = 0
  fc.assert(
    fc.property(regexes, fc.array(tags, { minLength: 3, maxLength: 3 }), (regex, texts) => {
      const re2 = compiled(regex)
      const { plain } = shapeOf(regex)
      if (re2 === null || plain === null) return
      compared += 1
      const js = new RegExp(plain)
      for (const text of texts) {
        const matcher = re2.matcher(text)
        const groups = matcher.find()
          ? Array.from({ length: re2.groupCount() + 1 }, (_, at) => matcher.group(at) ?? '')
          : null
        expect(js.exec(text)?.map((group) => group ?? '') ?? null, `${regex} on ${text}`).toEqual(groups)
      }
    }),
    { numRuns: 20_000 },
  )
  expect(compared).toBeGreaterThan(2000)
})

test('no program is much larger than was foreseen', () => {
  fc.assert(
    fc.property(regexes, (regex) => {
      const re2 = compiled(regex)
      if (re2 !== null) expect(re2.programSize(), regex).toBeLessThanOrEqual(2 * shapeOf(regex).size + 4)
    }),
    { numRuns: 5000 },
  )
})

test('any text is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(shapeOf(text).size).toBeGreaterThan(0)
    }),
  )
})

function compiled(regex: string): RE2JS | null {
  try {
    return RE2JS.compile(regex)
  } catch {
    return null
  }
}
