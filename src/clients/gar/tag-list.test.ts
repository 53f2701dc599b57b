import { expect, test } from 'vitest'
import { readGarTags, type ReadPages } from './tag-list.ts'

const digest = `sha256:${'a'.repeat(64)}`
const wanted = new Set(['1234', 'null'])

const pages =
  (bodies: readonly string[], heldBytesMax = 1024): ReadPages =>
  async ({ openPage }) => {
    for (const [index, body] of bodies.entries()) {
      const page = openPage(index + 1, 'team/app', heldBytesMax)
      page.write(Buffer.from(body))
      page.end()
    }
  }

test.each([
  ['says nothing of tags', '{"manifest":{}}'],
  ['is another answer', '{"errors":[]}'],
  ['has a number among the tags', '{"manifest":{},"tags":[1234]}'],
  ['has null among the tags', '{"manifest":{},"tags":[null]}'],
  ['has a number as the tag of a manifest', `{"manifest":{"${digest}":{"tag":[1234]}},"tags":[]}`],
  ['has null as the tag of a manifest', `{"manifest":{"${digest}":{"tag":[null]}},"tags":[]}`],
])('a page that %s is no list of tags', async (_what, body) => {
  for (const read of [pages([body]), pages(['{"tags":["a"]}', body])]) {
    await expect(readGarTags(read, null)).rejects.toBeInstanceOf(SyntaxError)
    await expect(readGarTags(read, wanted)).rejects.toBeInstanceOf(SyntaxError)
  }
})

test('tags that are written with escapes are tags, what can be none is left out, and null is an empty list', async () => {
  const body = `{"manifest":{"${digest}":{"tag":["\\u0061","x y"],"timeUploadedMs":"1000"}},"tags":["\\u0061","b","-c"]}`

  const found = await readGarTags(pages([body, '{"tags":null}']), null)

  expect(found).toEqual([
    { tag: 'a', digest, uploadedAt: 1000 },
    { tag: 'b', digest: null, uploadedAt: null },
  ])
})

test('holds as much as it may, and of what is not wanted nothing', async () => {
  const body = JSON.stringify({ tags: Array.from({ length: 30_000 }, (_, index) => `1.0.${index}`) })

  await expect(readGarTags(pages([body]), null)).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })
  await expect(readGarTags(pages([body], 8_000_000), null)).resolves.toHaveLength(30_000)
  await expect(readGarTags(pages([body]), wanted)).resolves.toEqual([])
})
