import { expect, test } from 'vitest'
import { startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'
import type { Fault } from '../../../test/fakes/registry/faults.ts'
import type { ApiCall } from './call-api.ts'

const signal = new AbortController().signal
const subject = 'tags of team/app'

const call = ({ client, registry }: OciPair, more: Partial<ApiCall> = {}, path = '/api/v2.0/x') =>
  client.callApi({ method: 'GET', url: new URL(path, registry.url), subject, ...more }, signal)

async function answering(fault: Fault, times = Infinity): Promise<OciPair> {
  const pair = await startOciPair()
  pair.registry.fault({ kind: 'other', times }, fault)
  return pair
}

test('gives the whole answer, also one that refuses: what that means, the vendor knows', async () => {
  await using pair = await answering({ kind: 'status', status: 403, headers: { 'x-vendor': 'a' }, body: 'no' })

  const { status, headers, body } = await call(pair, { headers: { authorization: 'Bearer t' } })

  expect([status, headers['x-vendor'], `${body}`]).toEqual([403, 'a', 'no'])
  expect(pair.registry.requests[0]?.headers).toMatchObject({ authorization: 'Bearer t', accept: 'application/json' })
})

test.each<[Partial<ApiCall>, number]>([
  [{}, 3],
  [{ method: 'POST', body: '{}' }, 1],
  [{ method: 'POST', body: '{}', isSafe: true }, 3],
])('%o is sent %i times when it fails', async (more, times) => {
  await using pair = await answering({ kind: 'status', status: 500 })

  await expect(call(pair, more)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

  expect(pair.registry.count()).toBe(times)
})

test('sends a body as it is', async () => {
  await using pair = await answering({ kind: 'status', status: 200, body: 'ok' })

  await call(pair, { method: 'POST', body: 'ä', headers: { 'content-type': 'text/plain' } })

  expect(pair.registry.requests[0]).toMatchObject({ method: 'POST', headers: { 'content-length': '2' } })
})

test('a host that asks for a pause gets it for whatever else it is asked', async () => {
  await using pair = await answering({ kind: 'status', status: 429, headers: { 'retry-after': '7' } }, 1)

  await expect(call(pair)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 7000 })
  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })

  expect(pair.registry.count()).toBe(1)
})

test('in the background it stops with the rest of the polling', async () => {
  const headers = { 'x-ratelimit-limit': '180', 'x-ratelimit-remaining': '3' }
  await using pair = await answering({ kind: 'status', status: 200, headers })
  await call(pair, { urgency: 'background' })

  await expect(call(pair, { urgency: 'background' })).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
  await expect(call(pair)).resolves.toMatchObject({ status: 200 })
})

test.each([
  'http://registry.example/',
  'https://u:p@registry.example/',
  'ftp://127.0.0.1/',
  'https://169.254.169.254/',
])('asks nothing of %s', async (url) => {
  await using pair = await startOciPair()

  await expect(call(pair, { url: new URL(url) })).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('reads no more than it was told to', async () => {
  await using pair = await answering({ kind: 'oversized', bytes: 1_000_000 })

  await expect(call(pair, { bodyBytesMax: 1000 })).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })
})

test.each([
  ['</api/v2.0/x?page=2>; rel="next"', '/api/v2.0/x?page=2'],
  ['</a>; rel="prev", </b>; rel="next"', '/b'],
  ['</a>; rel="prev"', null],
])('the next page of %s is %s', async (link, expected) => {
  await using pair = await answering({ kind: 'status', status: 200, headers: { link } })

  const { next } = await call(pair)

  expect(next?.href ?? null).toBe(expected && `${pair.registry.url}${expected}`)
})

test('a next page elsewhere is refused, where the credentials would follow', async () => {
  await using pair = await answering({
    kind: 'status',
    status: 200,
    headers: { link: '<https://evil.example/>; rel="next"' },
  })

  await expect(call(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('a page whose link says not what it leads to is not taken for the last', async () => {
  await using pair = await answering({ kind: 'status', status: 200, headers: { link: '</api?page=2>' } })

  await expect(call(pair)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test('what an answer that is no page links to says nothing', async () => {
  await using pair = await answering({ kind: 'status', status: 404, headers: { link: '</style.css>' } })

  await expect(call(pair)).resolves.toMatchObject({ status: 404, next: null })
})

test.each([
  'authorization',
  'private-token',
  'job-token',
  'deploy-token',
  'cookie',
  'proxy-authorization',
  'x-auth-token',
  'x-api-key',
])('a redirect elsewhere is not followed with %s, which would make a stranger of us', async (name) => {
  await using other = await startOciPair()
  await using pair = await answering({ kind: 'redirect', location: `${other.registry.url}/elsewhere` })

  await expect(call(pair, { headers: { [name]: 'glpat-secret' } })).rejects.toMatchObject({
    code: 'REGISTRY_REFUSED',
    message: expect.stringContaining(`redirects to ${other.registry.url}`),
  })

  expect(pair.registry.requests[0]?.headers[name]).toBe('glpat-secret')
  expect(other.registry.requests).toEqual([])
})

test('what strangers may ask is followed elsewhere', async () => {
  await using other = await startOciPair()
  await using pair = await answering({ kind: 'redirect', location: `${other.registry.url}/elsewhere` })

  await expect(call(pair)).resolves.toMatchObject({ status: 404 })
})

test('a redirect within the origin keeps the credentials', async () => {
  await using pair = await answering({ kind: 'redirect', location: '/elsewhere' }, 1)

  await call(pair, { headers: { 'private-token': 'glpat-secret' } })

  expect(pair.registry.requests.map(({ headers }) => headers['private-token'])).toEqual([
    'glpat-secret',
    'glpat-secret',
  ])
})

test.each([
  ['its own next page', '</steal>; rel="next"'],
  ['a next page by its whole address', (other: string) => `<${other}/steal>; rel="next"`],
])('where a redirect led elsewhere, %s is refused', async (_what, link) => {
  await using other = await startOciPair()
  const headers = { link: typeof link === 'string' ? link : link(other.registry.url) }
  other.registry.fault({ kind: 'other' }, { kind: 'status', status: 200, headers })
  await using pair = await answering({ kind: 'redirect', location: `${other.registry.url}/elsewhere` })

  await expect(call(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('where a redirect led elsewhere, a next page of the host that was called is taken', async () => {
  await using other = await startOciPair()
  await using pair = await answering({ kind: 'redirect', location: `${other.registry.url}/elsewhere` })
  const headers = { link: `<${pair.registry.url}/api?page=2>; rel="next"` }
  other.registry.fault({ kind: 'other' }, { kind: 'status', status: 200, headers })

  await expect(call(pair)).resolves.toMatchObject({ next: new URL('/api?page=2', pair.registry.url) })
})

test('a host that is down is left alone in the background, for that credential, while a person may try', async () => {
  await using pair = await answering({ kind: 'status', status: 500 })
  const ask = (urgency: 'background' | 'by-hand', token: string) =>
    call(pair, { urgency, account: token, headers: { authorization: `Bearer ${token}` } }).catch(() => null)
  for (let times = 0; times < 5; times += 1) await ask('background', 'one')
  const before = pair.registry.count()

  for (let times = 0; times < 20; times += 1) await ask('background', 'one')
  expect(pair.registry.count()).toBe(before)
  expect(pair.client.standing().circuits).toMatchObject([{ kind: 'unavailable', account: 'one' }])

  await ask('background', 'other')
  await ask('by-hand', 'one')
  expect(pair.registry.count()).toBe(before + 6)
})

test('what is left of the requests of one account says nothing of another', async () => {
  const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '1' }
  await using pair = await answering({ kind: 'status', status: 200, headers })
  await call(pair, { urgency: 'background', account: 'one' })

  await expect(call(pair, { urgency: 'background', account: 'one' })).rejects.toMatchObject({
    code: 'REGISTRY_RATE_LIMITED',
  })
  expect(await call(pair, { urgency: 'background', account: 'other' })).toMatchObject({ status: 200 })
})
