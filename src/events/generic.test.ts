import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventRequest, nowMs, signed } from '../../test/fakes/event-requests.ts'
import { secret } from '../lib/secret.ts'
import { createGenericSource } from './generic.ts'

const source = createGenericSource({ registry: 'registry.example.com' })
const word = 'a-long-enough-secret'
const body = '{"image":"shop/web:1"}'
const digest = `sha256:${'a'.repeat(64)}`

describe('who knows the secret', () => {
  const right = signed(body, word)
  const [signature = ''] = right['x-longshore-signature']

  test.each<[string, Record<string, readonly string[]>, boolean]>([
    ['a signature over timestamp and body', right, true],
    ['hex in capitals', { ...right, 'x-longshore-signature': [`sha256=${signature.slice(7).toUpperCase()}`] }, true],
    ['no headers', {}, false],
    ['no timestamp', { 'x-longshore-signature': [signature] }, false],
    ['no signature', { 'x-longshore-timestamp': right['x-longshore-timestamp'] }, false],
    ['an empty signature', { ...right, 'x-longshore-signature': [''] }, false],
    ['a signature without digits', { ...right, 'x-longshore-signature': ['sha256='] }, false],
    ['a short signature', { ...right, 'x-longshore-signature': [signature.slice(0, -2)] }, false],
    ['another algorithm', { ...right, 'x-longshore-signature': [signature.replace('256', '1')] }, false],
    ['a signature of letters', { ...right, 'x-longshore-signature': [`sha256=${'ä'.repeat(64)}`] }, false],
    ['the signature twice', { ...right, 'x-longshore-signature': [signature, signature] }, false],
    ['the timestamp twice', { ...right, 'x-longshore-timestamp': ['1', '2'] }, false],
    ['another secret', signed(body, 'another-long-secret'), false],
    ['another body', signed('{"image":"shop/web:2"}', word), false],
    ['5 minutes ago', signed(body, word, nowMs - 300_000), true],
    ['5 minutes ahead', signed(body, word, nowMs + 300_000), true],
    ['longer ago', signed(body, word, nowMs - 301_000), false],
    ['further ahead', signed(body, word, nowMs + 301_000), false],
    ['a timestamp of nothing', { ...right, 'x-longshore-timestamp': ['NaN'] }, false],
    ['a timestamp in milliseconds', signed(body, word, nowMs * 1000), false],
    ['a timestamp with a sign', { ...right, 'x-longshore-timestamp': ['+1'] }, false],
  ])('%s', (_, headers, isKnown) => {
    expect(source.verify(eventRequest(body, headers), secret(word))).toBe(isKnown)
  })

  test('no change of a request goes unnoticed', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (sent, received) => {
        const isSame = Buffer.compare(sent, received) === 0
        expect(source.verify(eventRequest(received, signed(sent, word)), secret(word))).toBe(isSame)
      }),
    )
  })
})

describe('what it says', () => {
  const read = (json: unknown, of = source) => of.parse(eventRequest(json))

  test.each<[string, object, object]>([
    ['a path and a tag', { image: 'shop/web:1' }, { repository: 'shop/web', tag: '1', digest: null }],
    ['the host of the source', { image: 'registry.example.com/shop/web:1' }, { repository: 'shop/web', tag: '1' }],
    ['the host with its usual port', { image: 'registry.example.com:443/web:1' }, { repository: 'web', tag: '1' }],
    ['capitals', { image: 'Registry.Example.com/Shop/Web:RC1' }, { repository: 'shop/web', tag: 'RC1' }],
    ['no tag', { image: 'shop/web' }, { tag: 'latest' }],
    ['a digest beside', { image: 'shop/web:1', digest }, { tag: '1', digest }],
    ['a digest within', { image: `shop/web:1@${digest}` }, { tag: '1', digest }],
    ['a digest alone', { image: `shop/web@${digest}` }, { tag: null, digest }],
  ])('%s', (_, json, image) => {
    expect(read(json)).toMatchObject([{ kind: 'pushed', image: { registry: 'registry.example.com', ...image } }])
  })

  test.each([
    ['another host', 'elsewhere.example.com/shop/web:1'],
    ['another port', 'registry.example.com:5000/shop/web:1'],
    ['a host in front', 'evil.example.com/registry.example.com/shop/web:1'],
    ['the beginning of the host', 'registry.example.com.evil.example.com/web:1'],
    ['an address', 'http://registry.example.com/web:1'],
    ['a user', 'user@registry.example.com/web:1'],
    ['a bad tag', 'shop/web:-1'],
    ['blanks', 'shop/web :1'],
    ['a line break', 'shop/web\n:1'],
  ])('is ignored with %s', (_, image) => {
    expect(read({ image })).toEqual([])
  })

  test.each([[''], ['[]'], ['{}'], ['{"image":1}'], ['{"image":""}'], ['{"__proto__":{"image":"web:1"}}'], ['null']])(
    '%s cannot be read',
    (json) => {
      expect(read(json)).toBeNull()
    },
  )

  test('Docker Hub by any of its names', () => {
    const hub = createGenericSource({ registry: 'docker.io' })
    for (const image of ['nginx:1', 'library/nginx:1', 'docker.io/nginx:1', 'registry-1.docker.io/library/nginx:1']) {
      expect(read({ image }, hub)).toMatchObject([{ image: { registry: 'docker.io', repository: 'library/nginx' } }])
    }
  })

  test('the same again is the same event, and later is another', () => {
    const ids = [nowMs, nowMs, nowMs + 1000].map(
      (atMs) => source.parse(eventRequest(body, signed(body, word, atMs)))?.[0]?.id,
    )

    expect(ids[0]).toBe(ids[1])
    expect(ids[2]).not.toBe(ids[0])
  })

  test('answers to every image, and never with another registry', () => {
    const hostile = fc.string({
      unit: fc.constantFrom('a', 'A', '/', ':', '@', '.', '-', '_', ' ', '0', 'é', '%'),
      maxLength: 40,
    })
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string()), fc.option(fc.string()), (image, tag) => {
        const answer = read({ image, digest: tag })
        expect(
          image === '' ? answer : (answer?.every((each) => each.image.registry === 'registry.example.com') ?? false),
        ).toBe(image === '' ? null : true)
      }),
      { numRuns: 3000 },
    )
  })
})
