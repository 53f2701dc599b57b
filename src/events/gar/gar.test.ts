import { describe, expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../../test/fakes/event-requests.ts'
import { audience, email, googleKeys, idToken, keysUrl, strangersKey } from '../../../test/fakes/senders/google.ts'
import { gar, garBody } from '../../../test/fakes/senders/hosted-registries.ts'
import { shopWeb, word } from '../../../test/fakes/senders/sender.ts'
import { startOutside } from '../../../test/fakes/senders/senders.ts'
import { AppError } from '../../errors.ts'
import { secret } from '../../lib/secret.ts'
import type { FetchFixed } from '../event-source.ts'
import { createGarSource } from './gar.ts'

const registry = 'europe-docker.pkg.dev'
const seconds = nowMs / 1000

function start(fetch?: FetchFixed) {
  const outside = startOutside()
  const source = createGarSource({ registry, audience, email, fetch: fetch ?? outside.fetch })
  const verify = async (token: string, atMs = nowMs) => {
    const authorization = { authorization: [`Bearer ${token}`] }
    return source.verify({ ...eventRequest(gar.push(shopWeb), authorization, atMs), pathSecret: word }, secret(word))
  }
  return { ...outside, source, verify }
}

describe('a token', () => {
  test('is believed, by either spelling of its issuer, and the keys are fetched once', async () => {
    const { verify, asked } = start()

    expect(await verify(idToken())).toBe(true)
    expect(await verify(idToken({ iss: 'accounts.google.com' }))).toBe(true)
    expect(asked).toEqual([keysUrl])
  })

  test.each<[string, object]>([
    ['for somebody else', { aud: 'somebody else' }],
    ['for a list', { aud: [audience] }],
    ['for nobody', { aud: undefined }],
    ['from another account', { email: 'me@evil.iam.gserviceaccount.com' }],
    ['from nobody', { email: undefined }],
    ['whose e-mail nobody verified', { email_verified: false }],
    ['whose e-mail is verified by a word', { email_verified: 'true' }],
    ['that does not say whether its e-mail is verified', { email_verified: undefined }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['of no issuer', { iss: undefined }],
    ['that has ended', { iat: seconds - 3700, exp: seconds - 61 }],
    ['of the future', { iat: seconds + 61, exp: seconds + 3600 }],
    ['that never ends', { exp: seconds + 86_400 }],
    ['without an end', { exp: undefined }],
    ['without a beginning', { iat: undefined }],
    ['with an end in words', { exp: String(seconds + 60) }],
  ])('%s is refused, without asking for keys', async (_, claims) => {
    const { verify, asked } = start()

    expect(await verify(idToken({ ...claims }))).toBe(false)
    expect(asked).toEqual([])
  })

  test.each<[string, string]>([
    ['without a signature', idToken().replace(/[^.]*$/, '')],
    ['with no algorithm', idToken({}, { alg: 'none' })],
    ['with a shared key', idToken({}, { alg: 'HS256' })],
    ['with another algorithm', idToken({}, { alg: 'RS512' })],
    ['with an unknown condition', idToken({}, { crit: ['x'] })],
    ['without the id of a key', idToken({}, { kid: undefined })],
    ['of two parts', idToken().split('.').slice(0, 2).join('.')],
    ['of four parts', `${idToken()}.x`],
    ['that is too long', idToken({ x: 'x'.repeat(10_000) })],
    ['that is none', 'x.y.z'],
    ['of nothing', ''],
  ])('%s is refused', async (_, token) => {
    expect(await start().verify(token)).toBe(false)
  })

  test('of somebody who has no key of Google is refused', async () => {
    const { verify } = start()

    expect(await verify(idToken({}, {}, strangersKey))).toBe(false)
    expect(await verify(idToken({}, { kid: 'of another kind' }))).toBe(false)
    const [head = '', , signature = ''] = idToken().split('.')
    expect(await verify([head, idToken({ sub: 'x' }).split('.')[1], signature].join('.'))).toBe(false)
  })
})

describe('the keys', () => {
  test('are asked for once a minute at most, however many unknown ones are named', async () => {
    const { verify, asked } = start()
    await verify(idToken())
    for (let at = 0; at < 100; at += 1) await verify(idToken({}, { kid: `unknown-${at}` }), nowMs + 59_000)

    expect(asked).toHaveLength(1)
    await verify(idToken({}, { kid: 'new' }), nowMs + 60_000)
    expect(asked).toHaveLength(2)
  })

  test('are asked for once by all who wait for them', async () => {
    const { verify, asked } = start()

    expect(await Promise.all(Array.from({ length: 50 }, () => verify(idToken())))).not.toContain(false)
    expect(asked).toHaveLength(1)
  })

  test('are kept for as long as Google says', async () => {
    let asked = 0
    const { verify } = start(async () => {
      asked += 1
      return { body: googleKeys(), maxAgeMs: 600_000 }
    })
    const later = (ms: number) => verify(idToken({ iat: seconds, exp: seconds + 3600 }), nowMs + ms)

    expect([await later(0), await later(599_000), asked]).toEqual([true, true, 1])
    expect([await later(600_000), asked]).toEqual([true, 2])
  })

  test.each<[string, FetchFixed]>([
    ['nobody answers', () => Promise.reject(new AppError('EVENT_UNVERIFIABLE', 'nobody answers'))],
    ['what is there are no keys', async () => ({ body: Buffer.from('<html/>'), maxAgeMs: 0 })],
  ])('cannot be had while %s, which is no refusal', async (_, fetch) => {
    await expect(start(fetch).verify(idToken())).rejects.toMatchObject({ code: 'EVENT_UNVERIFIABLE' })
  })

  test('that cannot be read are left out', async () => {
    const keys = [null, 7, {}, { kty: 'RSA', kid: 'one', n: '!', e: '!' }]
    const fetch: FetchFixed = async () => ({ body: Buffer.from(JSON.stringify({ keys })), maxAgeMs: 0 })

    expect(await start(fetch).verify(idToken())).toBe(false)
  })
})

describe('a message', () => {
  const read = (body: unknown) => start().source.parse(eventRequest(body))

  test('of gcr.io is known by its name too', () => {
    const source = createGarSource({ registry: 'eu.gcr.io', audience, email, fetch: startOutside().fetch })
    const body = garBody({ action: 'INSERT', tag: 'eu.gcr.io/shop/web:1' })

    expect(source.parse(eventRequest(body))).toMatchObject([
      { image: { registry: 'eu.gcr.io', repository: 'shop/web' } },
    ])
  })

  test('of a deleted digest concerns the repository', () => {
    const body = garBody({ action: 'DELETE', digest: `${registry}/p/r/web@sha256:${'a'.repeat(64)}` })

    expect(read(body)).toMatchObject([{ kind: 'deleted', image: { repository: 'p/r/web', tag: null } }])
  })

  test.each([
    [{ message: {} }],
    [{ message: { data: '%%%' } }],
    [{ message: { data: Buffer.from('[]').toString('base64') } }],
    [{ message: null }],
  ])('%j cannot be read', (body) => {
    expect(read(body)).toBeNull()
  })
})
