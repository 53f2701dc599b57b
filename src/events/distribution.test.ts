import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { envelope, eventRequest } from '../../test/fakes/event-requests.ts'
import { secret } from '../lib/secret.ts'
import { createDistributionSource } from './distribution.ts'

const source = createDistributionSource({ registry: 'registry.example.com' })
const hub = createDistributionSource({ registry: 'docker.io' })
const word = 'a-long-enough-secret'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const digest = `sha256:${'a'.repeat(64)}`

describe('who knows the secret', () => {
  test.each<[string, readonly string[] | undefined, boolean]>([
    ['bearer', [`Bearer ${word}`], true],
    ['bearer in another case', [`bearer ${word}`], true],
    ['the value itself', [word], true],
    ['basic, as the password', [basic(`registry:${word}`)], true],
    ['basic, without a user', [basic(`:${word}`)], true],
    ['no header', undefined, false],
    ['an empty header', [''], false],
    ['bearer of nothing', ['Bearer '], false],
    ['basic of nothing', [basic('')], false],
    ['basic that is no base64', ['Basic %%%'], false],
    ['a wrong one', ['Bearer wrong-wrong-wrong-wrong'], false],
    ['a part of it', [`Bearer ${word.slice(0, -1)}`], false],
    ['more than it', [`Bearer ${word}x`], false],
    ['letters that look the same', [`Bearer ${word.replace('a', 'а')}`], false],
    ['the header twice', [`Bearer ${word}`, `Bearer ${word}`], false],
    ['another scheme', [`Digest ${word}`], false],
  ])('%s', (_, authorization, isKnown) => {
    const request = eventRequest({}, authorization === undefined ? {} : { authorization })

    expect(source.verify(request, secret(word))).toBe(isKnown)
  })

  test('user and password together may be the secret', () => {
    const request = eventRequest({}, { authorization: [basic('registry:a-long-password')] })

    expect(source.verify(request, secret('registry:a-long-password'))).toBe(true)
  })

  test('nothing fits an empty secret', () => {
    expect(source.verify(eventRequest({}, { authorization: [''] }), secret(''))).toBe(false)
    expect(source.verify(eventRequest({}, { authorization: ['Bearer '] }), secret(''))).toBe(false)
  })
})

describe('what an envelope says', () => {
  const read = (body: unknown, of = source) => of.parse(eventRequest(body))

  test('a push by tag, at the configured host whatever the event names', () => {
    expect(read(envelope())).toEqual([
      {
        id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
        kind: 'pushed',
        occurredAt: Date.parse('2026-11-20T11:00:00Z'),
        image: { registry: 'registry.example.com', repository: 'shop/web', tag: '1.2.3', digest },
      },
    ])
  })

  test('a deletion by tag, by digest, and of a repository, as registry:3 tells them', () => {
    const gone = (target: object) => read(envelope({ mediaType: undefined, size: 0, ...target }, 'delete'))?.[0]

    expect(gone({ digest: '' })).toMatchObject({ kind: 'deleted', image: { tag: '1.2.3', digest: null } })
    expect(gone({ tag: undefined })).toMatchObject({ kind: 'deleted', image: { tag: null, digest: null } })
    expect(gone({ tag: undefined, digest: undefined })).toMatchObject({ image: { repository: 'shop/web' } })
  })

  test.each<[string, unknown]>([
    ['a pull', envelope({}, 'pull')],
    ['a mount', envelope({ fromRepository: 'x' }, 'mount')],
    ['a layer', envelope({ mediaType: 'application/octet-stream', tag: undefined })],
    ["a platform's manifest without a tag", envelope({ tag: undefined })],
    ['an empty tag', envelope({ tag: '' })],
    ['schema 1', envelope({ mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' })],
    ['a tag that is none', envelope({ tag: '-x' })],
    ['a tag that is a digest', envelope({ tag: digest })],
    ['a tag of 129 characters', envelope({ tag: 'x'.repeat(129) })],
    ['a repository of 256 characters', envelope({ repository: 'x'.repeat(256) })],
    ['a repository that leads elsewhere', envelope({ repository: '../../evil' })],
    ['a repository with a tag of its own', envelope({ repository: 'web:1' })],
    ['a repository that is no text', envelope({ repository: 7 })],
    ['an event that is no object', { events: [null, 1, 'x', []] }],
    ['no events', { events: [] }],
  ])('nothing of %s', (_, body) => {
    expect(read(body)).toEqual([])
  })

  test.each<[string, unknown]>([
    ['no JSON', 'hello'],
    ['no UTF-8', new Uint8Array([0xff, 0xfe])],
    ['nothing', ''],
    ['no envelope', { id: 1 }],
    ['events that are no list', { events: {} }],
    ['inherited events', '{"__proto__":{"events":[]}}'],
    ['more events than a sender has', { events: Array.from({ length: 1001 }, () => ({})) }],
  ])('%s cannot be read', (_, body) => {
    expect(read(body)).toBeNull()
  })

  test('names are read as we write them', () => {
    const named = (repository: string, of = source) => read(envelope({ repository }), of)?.[0]?.image.repository

    expect(named('Shop/Web')).toBe('shop/web')
    expect(named('nginx', hub)).toBe('library/nginx')
    expect(named('nginx')).toBe('nginx')
  })

  test('a digest that we cannot read counts as none', () => {
    expect(read(envelope({ digest: `sha384:${'a'.repeat(96)}` }))?.[0]?.image.digest).toBeNull()
  })

  test('an event without an id is known by its body and place', () => {
    const [event] = envelope().events
    const anonymous = {
      events: [
        { ...event, id: undefined },
        { ...event, id: undefined },
      ],
    }

    const ids = read(anonymous)?.map(({ id }) => id)

    expect(new Set(ids).size).toBe(2)
    expect(read(anonymous)?.map(({ id }) => id)).toEqual(ids)
  })

  test('answers to every body', () => {
    const value = fc.anything({ withBigInt: false, withDate: true, withNullPrototype: true, maxDepth: 4 })
    fc.assert(
      fc.property(
        fc.oneof(
          value.map((v) => ({ events: [v] })),
          value,
          fc.json(),
          fc.uint8Array(),
        ),
        (body) => {
          const bytes =
            body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : (safely(body) ?? ''))
          const answer = source.parse(eventRequest(bytes))
          expect(answer === null || answer.every(({ image }) => image.registry === 'registry.example.com')).toBe(true)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['nested deeply', `{"events":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`],
    ['a target nested deeply', `{"events":[{"target":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}]}`],
    ['a polluted prototype', '{"events":[{"__proto__":{"action":"push"},"target":{"__proto__":{"tag":"1"}}}]}'],
    ['a date of nothing', JSON.stringify(envelope()).replace(/"timestamp":"[^"]*"/, '"timestamp":NaN')],
  ])('survives what is made to break it: %s', (_, body) => {
    expect([null, []]).toContainEqual(source.parse(eventRequest(body)))
    expect(Object.hasOwn(Object.prototype, 'action')).toBe(false)
  })
})

/** What has no JSON is left out. */
function safely(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
