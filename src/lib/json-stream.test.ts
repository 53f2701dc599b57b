import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createJsonStream } from './json-stream.ts'

interface Seen {
  readonly key: string
  readonly name: string | null
  readonly value: unknown
}

function read(text: string, chunkBytes = Infinity, valueBytesMax = 1024): readonly Seen[] {
  const seen: Seen[] = []
  const stream = createJsonStream({
    keys: { list: 'array', map: 'object', plain: 'value' },
    valueBytesMax,
    visit(key, name, bytes, start, end) {
      seen.push({ key, name, value: JSON.parse(bytes.toString('utf8', start, end)) })
    },
  })
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunkBytes) stream.write(bytes.subarray(at, at + chunkBytes))
  stream.end()
  return seen
}

test('gives elements and members as JSON itself reads them, however the document is cut', () => {
  const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__proto__')
  const shapes = {
    list: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }),
    map: fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 }),
    plain: fc.jsonValue({ maxDepth: 3 }),
    others: fc.dictionary(
      names.filter((name) => !['list', 'map', 'plain'].includes(name)),
      fc.jsonValue(),
    ),
  }
  fc.assert(
    fc.property(
      fc.record(shapes),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (document, chunkBytes, isIndented) => {
        const { list, map, plain: single, others } = document
        const text = JSON.stringify({ list, ...others, map, plain: single }, null, isIndented ? 2 : 0)
        const plain = JSON.parse(text) as { list: unknown[]; map: object; plain: unknown } // as it was written; JSON has no -0

        const seen = read(text, chunkBytes, 100_000)

        expect(seen.filter(({ key }) => key === 'list').map(({ value }) => value)).toEqual(plain.list)
        const members = seen.filter(({ key }) => key === 'map')
        expect(members.map(({ name, value }) => [name, value])).toEqual(Object.entries(plain.map))
        expect(seen.filter(({ key }) => key === 'plain')).toEqual([{ key: 'plain', name: null, value: plain.plain }])
      },
    ),
  )
})

test('never takes a document that is cut off for a whole one', () => {
  const text = JSON.stringify({
    before: ['}', '"\\'],
    list: ['a', { b: 'c"}' }, 7],
    map: { d: [1] },
    after: { e: null },
  })
  for (let length = 0; length < text.length; length += 1) expect(() => read(text.slice(0, length))).toThrow(SyntaxError)

  expect(read(text)).toHaveLength(4)
})

test.each([
  ['missing keys', '{"other": {"list": [1]}}'],
  ['null', '{"list": null, "map":null }'],
  ['nothing in them', '{"list": [ ], "map": {}}'],
  ['an empty document', ' { } '],
  ['the same keys further down', '{"a":{"list":[1],"map":{"b":1}},"c":[{"list":[2]}]}'],
])('gives nothing of %s', (_what, text) => {
  expect(read(text, 1)).toEqual([])
})

test.each([
  '',
  'not json',
  '[]',
  '"text"',
  'null',
  '{"list":"all"}',
  '{"list":1}',
  '{"list":nullx}',
  '{"list":{}}',
  '{"map":[]}',
  '{"list":[1,]}',
  '{"list":[,1]}',
  '{"list":[1 2]}',
  '{"list":[}',
  '{"map":{"a":}}',
  '{"map":{"a":1,}}',
  '{"map":{"a"}}',
  '{"map":{1:2}}',
  '{"list":[1]]',
  '{} {}',
  '{"list":[1],"list":[2]}',
  '{"\\x":1}',
  `{"a":${'['.repeat(70)}${']'.repeat(70)}}`,
  `{"list":["${'x'.repeat(2000)}"]}`,
])('refuses %s', (text) => {
  expect(() => read(text)).toThrow(SyntaxError)
  expect(() => read(text, 1)).toThrow(SyntaxError)
})

test.each([
  ['{}', true],
  ['{"errors":[{"code":"UNKNOWN"}]}', true],
  ['{"a":{"list":[]}}', true],
  ['{"list":null}', false],
  ['{"list":[]}', false],
  ['{"\\u006cist":[1]}', false],
])('of %s the needed list is missing: %s', (text, isMissing) => {
  const stream = createJsonStream({ keys: { list: 'array' }, needed: ['list'], valueBytesMax: 100, visit: () => {} })
  stream.write(Buffer.from('{"list":[]}'))
  stream.reset()
  stream.write(Buffer.from(text))

  if (isMissing) expect(() => stream.end()).toThrow(SyntaxError)
  else stream.end()
})

test('reads one document after the other, whatever became of the one before', () => {
  const seen: string[] = []
  const stream = createJsonStream({
    keys: { list: 'array' },
    valueBytesMax: 10,
    visit: (_key, _name, bytes, start, end) => seen.push(bytes.toString('utf8', start, end)),
  })

  for (const text of ['{"list":[1,', '{"list":["ab', '{"list":[2]}', '{"list":[3]}']) {
    stream.reset()
    stream.write(Buffer.from(text))
  }
  stream.end()

  expect(seen).toEqual(['1', '2', '3'])
})

test('reads 64 MiB of elements that are cut anywhere', () => {
  const chunk = Buffer.from('"v1.2.3-0123456789abcdef0123456789abcdef",'.repeat(1500))
  let count = 0
  const stream = createJsonStream({ keys: { list: 'array' }, valueBytesMax: 1024, visit: () => (count += 1) })
  stream.write(Buffer.from('{"list":['))
  for (let sent = 0; sent < 64 * 1024 * 1024; sent += chunk.length) stream.write(chunk)
  stream.write(Buffer.from('"last"]}'))
  stream.end()

  expect(count).toBeGreaterThan(1_500_000)
})
