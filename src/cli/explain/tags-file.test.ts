import { expect, test } from 'vitest'
import { parseTags, parseTime } from './tags-file.ts'

const unknown = { digest: null, pushedAt: null, firstSeenAt: null, platforms: null }

test.each([['1.0\r\n\n 1.1 \n'], ['{"tags": ["1.0", "1.1"]}'], ['["1.0", "1.1"]'], [' [{"name": "1.0"}, "1.1"]']])(
  '%j names two tags',
  (text) => {
    expect(parseTags(text)).toEqual([
      { tag: '1.0', ...unknown },
      { tag: '1.1', ...unknown },
    ])
  },
)

test.each([[''], [' \n'], ['[]'], [' [ ] '], ['{"tags": []}'], ['{"name": "shop", "tags": null}']])(
  '%j is an empty list',
  (text) => {
    expect(parseTags(text)).toEqual([])
  },
)

test('what some editors put in front of a text in UTF-8 is no part of it', () => {
  expect(parseTags('\uFEFF["1.0"]')).toEqual([{ tag: '1.0', ...unknown }])
  expect(parseTags('\uFEFF1.0')).toEqual([{ tag: '1.0', ...unknown }])
})

test.each(['2026-02-03T10:24:30Z', '2026-02-03 23:24:24+01:00', '2028-02-29'])('%s is a time', (time) => {
  expect(parseTime(time, 'it')).toBe(Date.parse(time.replace(' ', 'T')))
})

test.each([
  ['{"tags": [5]}', 'tags[0] must be a name, or an object with one'],
  ['{"tags": {}}', 'tags must be a list'],
  ['{"tags": [{}]}', 'tags[0].name is missing'],
  ['{"tags": [{"name": "1", "pushedAt": "soon"}]}', 'tags[0].pushedAt must be a time'],
  ['{"tags": [{"name": "1", "digest": "x"}]}', 'tags[0].digest: '],
  ['{"tags": [{"name": "1", "platforms": ["x"]}]}', 'tags[0].platforms[0]: '],
  ['{"tags": [{"name": "1", "pushedAt": "2026-02-30"}]}', 'tags[0].pushedAt must be a time'],
  ['{"tags": [{"name": "1", "pushedAt": "2026-02-03T24:00"}]}', 'tags[0].pushedAt must be a time'],
  ['{"tags": [{"name": "1", "pushedAt": "2026-13-01"}]}', 'tags[0].pushedAt must be a time'],
  ['{"tags": [{"name": "1", "pushedAt": "2026-01-32T10:00"}]}', 'tags[0].pushedAt must be a time'],
  ['{', 'the list of tags is no JSON'],
  ['[1.0', 'the list of tags is no JSON'],
  ['[1, 2]', 'tags[0] must be a name, or an object with one, as in {"name": "1.2.3"}'],
  ['"1.0"', 'the list of tags must be a list: write one tag on each line, or {"tags": ["1.2.3"]}'],
  ['{"results": [{"name": "1.0"}]}', 'tags must be a list: write one tag on each line, or {"tags": ["1.2.3"]}'],
  ['{"tags": null}', 'tags must be a list: write'],
  [Buffer.from('\uFEFF1.0\n1.1\n', 'utf16le').toString('utf8'), 'the list of tags must be UTF-8'],
  [Buffer.from('1.0\n', 'utf16le').toString('utf8'), 'the list of tags must be UTF-8'],
  [Buffer.from([0x31, 0xff]).toString('utf8'), 'the list of tags must be UTF-8'],
])('%j is refused, saying where', (text, why) => {
  expect(() => parseTags(text)).toThrow(why)
})
