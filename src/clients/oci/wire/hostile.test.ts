import { createServer } from 'node:net'
import type { AddressInfo, LookupFunction } from 'node:net'
import { expect, test } from 'vitest'
import { credentialsOf, startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../../../test/fakes/registry.ts'

const signal = new AbortController().signal
const user = { username: 'robot', password: 'let-me-in-please' }
const credentials = credentialsOf(user.username, user.password)
const head = ({ client, app }: OciPair) => client.headManifest(app, 'latest', null, signal)
const get = ({ client, app }: OciPair) => client.getManifest(app, 'latest', signal)

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fd00:ec2::254]/',
  'http://10.0.0.1/token',
  'http://user:pass@127.0.0.1/token',
  'https://evil.example/token',
])('never goes to the realm %s', async (realm) => {
  await using pair = await startOciPair({ auth: { kind: 'token', realm } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['ping'])
})

test('drops credentials when a redirect leads to another origin', async () => {
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials })
  const other = await startFakeRegistry()
  const digest = other.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: `${other.url}/v2/team/app/manifests/latest` })

  await expect(head(pair)).resolves.toMatchObject({ digest })

  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
  await other.close()
})

test('signs in nowhere that a redirect led to', async () => {
  await using pair = await startOciPair({}, { credentials })
  const other = await startFakeRegistry({ auth: { kind: 'token', ...user } })
  pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: `${other.url}/v2/team/app/manifests/latest` })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(other.requests.map(({ kind }) => kind)).toEqual(['head'])
  await other.close()
})

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:a9fe:a9fe]/',
  'https://169.254.169.254/',
  'http://registry.example/v2/',
  'http://user:pass@127.0.0.1/',
  'file:///etc/passwd',
  'https://[',
])('does not follow a redirect to %s', async (location) => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('does not follow redirects for ever', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: '/v2/team/app/manifests/again' })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(pair.registry.count('head')).toBe(6)
})

test('checks at connect where a name leads, so that a name cannot change its mind', async () => {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname)
    callback(null, [{ address: '169.254.169.254', family: 4 }])
  }
  await using pair = await startOciPair({}, { lookup })

  const check = pair.client.headManifest({ registry: 'rebinding.example', repository: 'a' }, 'latest', null, signal)

  await expect(check).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  expect(asked).toEqual(['rebinding.example'])
})

test('a name with a good and a bad address leads to the good one alone', async () => {
  await using pair = await startOciPair(
    {},
    {
      hosts: {},
      lookup: (_hostname, _options, callback) =>
        callback(null, [
          { address: '169.254.169.254', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    },
  )
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  const registry = pair.registry.host.replace('127.0.0.1', 'localhost')

  await expect(pair.client.headManifest({ ...pair.app, registry }, 'latest', null, signal)).resolves.toMatchObject({
    digest,
  })
})

test.each([
  ['states a digest that the body does not have', { kind: 'wrong-digest', digest: `sha256:${'0'.repeat(64)}` }],
  ['changes the body', { kind: 'lying-body' }],
  ['states a digest of an algorithm that nobody knows', { kind: 'wrong-digest', digest: `sha384:${'0'.repeat(96)}` }],
  ['states a digest in upper case', { kind: 'wrong-digest', digest: `sha256:${'A'.repeat(64)}` }],
  ['cuts the body off', { kind: 'truncate' }],
  ['compresses unasked', { kind: 'headers', headers: { 'content-encoding': 'gzip' } }],
] as const)('believes no registry that %s', async (_what, fault) => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'get' }, fault)

  await expect(get(pair)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test('takes one second look at an answer that was cut off', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'get', times: 1 }, { kind: 'truncate' })

  await expect(get(pair)).resolves.toMatchObject({ digest })
})

test('believes only bytes that have the digest that was asked for', async () => {
  await using pair = await startOciPair()
  const asked = pair.registry.pushImage('team/app', 'latest', 'one')
  const other = pair.registry.pushImage('team/app', 'other', 'two')
  pair.registry.fault({ path: asked }, { kind: 'redirect', location: `/v2/team/app/manifests/${other}` })

  await expect(pair.client.getManifest(pair.app, asked, signal)).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
})

test('stops reading a manifest of 200 MB at its limit', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'get' }, { kind: 'oversized', bytes: 200_000_000 })
  const before = process.memoryUsage().rss

  await expect(get(pair)).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })

  expect(process.memoryUsage().rss - before).toBeLessThan(64_000_000)
  expect(pair.registry.count('get')).toBe(1)
})

test('refuses headers without end', async () => {
  await using pair = await startOciPair()
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'head' }, { kind: 'headers', headers: { 'x-much': 'x'.repeat(100_000) } })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })
})

test.each([
  ['never answers', { kind: 'hang' }, { firstByteMs: 50 }],
  ['answers byte by byte', { kind: 'slow-loris', everyMs: 20 }, { totalMs: 80 }],
] as const)('gives up on a registry that %s', async (_what, fault, limits) => {
  await using pair = await startOciPair({}, { limits: { ...limits, tries: 1 } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault({ kind: 'get' }, fault)

  await expect(get(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
})

test('gives up on a host that takes the connection and then says nothing in TLS', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const registry = `127.0.0.1:${(silent.address() as AddressInfo).port}` // a TCP server that listens has a port
  const limits = { connectMs: 50, tries: 1 }
  await using pair = await startOciPair({}, { hosts: { [registry]: { plainHttp: false } }, limits })

  const check = pair.client.headManifest({ registry, repository: 'a' }, 'latest', null, signal)

  await expect(check).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })
  silent.close()
})

test('stops at once when told to', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'head' }, { kind: 'hang' })
  const stop = new AbortController()

  const check = pair.client.headManifest(pair.app, 'latest', null, stop.signal)
  stop.abort()

  await expect(check).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a closed client ends what is under way and starts nothing more', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'head' }, { kind: 'hang' })

  const check = head(pair)
  await expect.poll(() => pair.registry.count('head')).toBe(1)
  pair.client.close()

  await expect(check).rejects.toMatchObject({ code: 'ABORTED' })
  expect(pair.registry.count('head')).toBe(1)
})

test('no password or token shows in any error', async () => {
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials })
  const header = Buffer.from(`${user.username}:${user.password}`).toString('base64')
  const body = JSON.stringify({ errors: [{ code: 'DENIED', message: `no ${user.password} and no ${header}` }] })
  pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 412, body })
  pair.registry.fault({ kind: 'get' }, { kind: 'status', status: 412, body })

  const error: unknown = await get(pair).catch((thrown: unknown) => thrown)

  expect(error).toMatchObject({ code: 'REGISTRY_BLOCKED', message: expect.stringContaining('no *** and no ***') })
  expect(JSON.stringify(error, ['message', 'cause', 'stack'])).not.toContain(user.password)
})
