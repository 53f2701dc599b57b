import { expect, test } from 'vitest'
import { startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'
import { parseDigest } from '../../image/digest.ts'

const signal = new AbortController().signal
const head = ({ client, app }: OciPair) => client.headManifest(app, 'latest', null, signal)
const complaint = (code: string) => JSON.stringify({ errors: [{ code, message: 'because' }] })

test.each([
  [404, 'MANIFEST_UNKNOWN', 'REGISTRY_NOT_FOUND', 1],
  [404, 'NAME_UNKNOWN', 'REGISTRY_REPOSITORY_UNKNOWN', 1],
  [401, 'UNAUTHORIZED', 'REGISTRY_UNAUTHORIZED', 1],
  [401, 'DENIED', 'REGISTRY_FORBIDDEN', 1],
  [403, 'DENIED', 'REGISTRY_FORBIDDEN', 1],
  [412, 'PROJECTPOLICYVIOLATION', 'REGISTRY_BLOCKED', 1],
  [429, 'TOOMANYREQUESTS', 'REGISTRY_RATE_LIMITED', 1],
  [400, 'UNSUPPORTED', 'REGISTRY_UNAVAILABLE', 1],
  [204, 'NOTHING', 'REGISTRY_INTEGRITY', 2],
  [408, 'SLOW', 'REGISTRY_UNAVAILABLE', 3],
  [500, 'UNKNOWN', 'REGISTRY_UNAVAILABLE', 3],
  [503, 'UNAVAILABLE', 'REGISTRY_UNAVAILABLE', 3],
] as const)('%i %s is %s after %i tries', async (status, registryCode, code, tries) => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'get' }, { kind: 'status', status, body: complaint(registryCode) })

  const failed = pair.client.getManifest(pair.app, '1.2', signal)

  const cause = status === 204 ? { status } : { status, code: registryCode, message: 'because' }
  await expect(failed).rejects.toMatchObject({ code, cause })
  await expect(failed).rejects.toThrow(`${pair.registry.host}/team/app:1.2`)
  expect(pair.registry.count('get')).toBe(tries)
})

test.each([
  ['resets the connection', { kind: 'reset' }],
  ['answers 500 for a moment', { kind: 'status', status: 500 }],
] as const)('tries again when a registry %s', async (_what, fault) => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  pair.timing.draw(0.5)
  pair.registry.fault({ kind: 'head', times: 2 }, fault)

  await expect(head(pair)).resolves.toMatchObject({ digest })

  expect(pair.timing.slept).toEqual([250, 500])
})

test('starts no further try when the time for tries is over', async () => {
  await using pair = await startOciPair({}, { limits: { retryWithinMs: 600 } })
  pair.timing.draw(0.5)
  pair.registry.fault({ kind: 'head' }, { kind: 'reset' })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

  expect(pair.timing.slept).toEqual([250])
})

test('a registry that nobody serves is unavailable', async () => {
  await using pair = await startOciPair()
  await pair.registry.close()

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
})

test('leaves a host alone for as long as it asks, for every repository, and then goes on', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'head', times: 1 }, { kind: 'status', status: 429, headers: { 'retry-after': '120' } })
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 120_000 })
  pair.timing.advance(119_000)
  const other = { ...pair.app, repository: 'team/other' }

  await expect(pair.client.listTags(other, signal)).rejects.toMatchObject({ retryAfterMs: 1000 })
  expect(pair.registry.count()).toBe(1)
  pair.timing.advance(1000)
  await expect(head(pair)).resolves.toMatchObject({ digest })
})

test('leaves a host alone that says how long it is down', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'head', times: 1 }, { kind: 'status', status: 503, headers: { 'retry-after': '90' } })

  const { host } = pair.registry
  await expect(head(pair)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    retryAfterMs: 90_000,
    message: `${host}/team/app:latest: ${host} answered 503, and asks for a pause of 90 s`,
  })
  pair.timing.advance(30_000)
  await expect(head(pair)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    retryAfterMs: 60_000,
    message: `${host}/team/app:latest: ${host} answered 503 and asked for a pause, 60 s are left`,
  })
  expect(pair.registry.count()).toBe(1)
  pair.timing.advance(60_000)
  await expect(head(pair)).resolves.toMatchObject({ digest })
})

test('sends nothing more of what already waited when a host asks for a pause', async () => {
  await using pair = await startOciPair({}, { limits: { concurrency: 1 } })
  pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 429, headers: { 'retry-after': '120' } })

  const heads = await Promise.allSettled([head(pair), head(pair), head(pair)])

  expect(heads.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(pair.registry.count()).toBe(1)
})

test('costs one conditional HEAD when nothing changed', async () => {
  await using pair = await startOciPair()
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))

  await expect(pair.client.headManifest(pair.app, 'latest', digest, signal)).resolves.toBe('unchanged')

  expect(pair.registry.requests).toMatchObject([{ kind: 'head', headers: { 'if-none-match': `"${digest}"` } }])
})

test('knows the same digest again where the registry ignores conditions', async () => {
  await using pair = await startOciPair({ ignoresIfNoneMatch: true })
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))

  await expect(pair.client.headManifest(pair.app, 'latest', digest, signal)).resolves.toBe('unchanged')
})

test('does not believe "unchanged" beside another digest', async () => {
  await using pair = await startOciPair()
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))
  pair.registry.fault({ kind: 'head' }, { kind: 'wrong-digest', digest: `sha256:${'1'.repeat(64)}` })

  const check = pair.client.headManifest(pair.app, 'latest', digest, signal)

  await expect(check).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test('hashes the manifest itself where the registry leaves the digest out', async () => {
  await using pair = await startOciPair({ omitsDigest: true, ignoresIfNoneMatch: true })
  const digest = parseDigest(pair.registry.pushIndex('team/app', 'latest', 'one'))

  await expect(head(pair)).resolves.toEqual({
    digest,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    sizeBytes: expect.any(Number),
  })
  await expect(pair.client.headManifest(pair.app, 'latest', digest, signal)).resolves.toBe('unchanged')
})

test('a page of some proxy in place of the manifest is told as one, and is no reason to push again', async () => {
  await using pair = await startOciPair()
  const headers = { 'content-type': 'text/html' }
  pair.registry.fault({}, { kind: 'status', status: 200, headers, body: '<html>Please log in</html>' })

  await expect(head(pair)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: expect.stringContaining('answered with a web page, as a proxy in between'),
  })
  await expect(pair.client.listTags(pair.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
})

test('uses few connections for many checks', async () => {
  await using pair = await startOciPair({}, { limits: { concurrency: 4 } })
  const digest = parseDigest(pair.registry.pushImage('team/app', 'latest', 'one'))

  await Promise.all(Array.from({ length: 100 }, () => pair.client.headManifest(pair.app, 'latest', digest, signal)))

  expect(pair.registry.count('head')).toBe(100)
  expect(pair.registry.connections()).toBeLessThanOrEqual(4)
})

test('asks for nothing that is no repository, tag or digest', async () => {
  await using pair = await startOciPair()
  const wrong = { ...pair.app, repository: '../../secret' }

  await expect(pair.client.listTags(wrong, signal)).rejects.toMatchObject({ code: 'REFERENCE_INVALID' })
  await expect(pair.client.getManifest(pair.app, '../tags', signal)).rejects.toMatchObject({
    code: 'REFERENCE_INVALID',
  })
  expect(pair.registry.count()).toBe(0)
})
