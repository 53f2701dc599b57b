import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readEnvLines } from './env-lines.ts'

/** Names with their values as they are before variables are put in. */
function pairs(text: string): unknown {
  const lines = readEnvLines(text)
  return 'problem' in lines ? lines : lines.map(({ name, template }) => [name, template])
}

describe('an env file', () => {
  // Seen with docker compose 2.26.1.
  test.each([
    ['V=1', [['V', '1']]],
    ['export   V = 1 # c\n', [['V', '1']]],
    ['V=1#x\n', [['V', '1#x']]],
    ['V="1 # x" # y\n', [['V', '1 # x']]],
    ["V='$A'\n", [['V', '$A']]],
    ['V: 1\n', [['V', '1']]],
    ['V=1\nV=2\n', [['V', '1'], ['V', '2']]], // prettier-ignore
    ['V="a\\"b"\n', [['V', 'a"b']]],
    ["V='a'\r\nB=1\r\n", [['V', 'a'], ['B', '1']]], // prettier-ignore
    ['\uFEFFV=1\n', [['V', '1']]],
    ['#V=0\n  V=1\n', [['V', '1']]],
    ['V\nB=1\n', [['B', '1']]],
    ['V=\nB=1\n', [['V', ''], ['B', '1']]], // prettier-ignore
    ['V="x\r\ny"\n', [['V', 'x\ny']]],
    ['V=1 \t#c\n', [['V', '1 \t#c']]],
    ["V='1'2\n", [['V', '1']]],
    ["V=1'2'\n", [['V', "1'2'"]]],
    ['V="a\\nb\\$c"\n', [['V', 'a\nb$$c']]],
    ["V='it\\'s'\n", [['V', "it's"]]],
    ['V=a\\b\n', [['V', 'a\\b']]],
    ['V==1\n', [['V', '=1']]],
    ['B=1 V=2\n', [['B', '1 V=2']]],
    ['V="\\u0041\\x\\0101"\n', [['V', '\\u0041\\xA']]],
    ['V= #c\n', [['V', '#c']]],
    ['', []],
  ])('%j is read as Compose reads it', (text, expected) => {
    expect(pairs(text)).toEqual(expected)
  })

  test.each([
    ['A="un\nV=2\n', 2, 'has a quote that is not closed'],
    ['A B=1', 0, 'has a name with a blank in it'],
    ['A$=1', 1, 'has a name with something else'],
  ])('%j is refused at its offset', (text, offset, problem) => {
    expect(readEnvLines(text)).toEqual({ offset, problem: expect.stringContaining(problem) })
  })

  test('gives the place of a value inside its quotes, blanks and comments', () => {
    const text = '\uFEFF# c\r\nexport A = "1.0" # x\r\nB= 2 # y'

    const lines = readEnvLines(text)

    expect('problem' in lines ? lines : lines.map(({ start, end }) => text.slice(start, end))).toEqual(['1.0', '2'])
  })

  test('ends on any text, with places in order', () => {
    const text = fc.array(fc.constantFrom('A', '=', ':', '"', "'", '\\', '\n', '\r\n', ' ', '#', '$', 'export ', 'é'))
    fc.assert(
      fc.property(text, (pieces) => {
        const lines = readEnvLines(pieces.join(''))
        const places = 'problem' in lines ? [] : lines.flatMap(({ start, end }) => [start, end])

        expect(places).toEqual(places.toSorted((a, b) => a - b))
      }),
    )
  })
})
