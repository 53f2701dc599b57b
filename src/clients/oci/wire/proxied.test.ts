import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { certificates } from '../../../../test/fakes/certificates.ts'
import { startFakeProxy } from '../../../../test/fakes/http-proxy.ts'
import { credentialsOf, startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startTlsFront } from '../../../../test/fakes/tls-front.ts'
import { createOciClient } from '../client.ts'
import { environmentProxies } from './proxy.ts'

const signal = new AbortController().signal

/** As behind a proxy: no name of the outside is known. */
const knowsNothing: LookupFunction = (hostname, _options, callback) =>
  callback(Object.assign(new Error(hostname), { code: 'ENOTFOUND' }), '', 0)

const knows =
  (names: Readonly<Record<string, string>>): LookupFunction =>
  (hostname, options, callback) => {
    const address = names[hostname]
    if (address === undefined) return knowsNothing(hostname, options, callback)
    callback(null, [{ address, family: 4 }])
  }

async function start(behaviour?: 'refuse' | 'hang', lookup: LookupFunction = knowsNothing) {
  const pair = await startOciPair()
  const port = Number(new URL(pair.registry.url).port)
  const front = await startTlsFront(port)
  const proxy = await startFakeProxy(front.port, behaviour)
  const plain = await startFakeProxy(port, behaviour)
  const folder = await mkdtemp(join(tmpdir(), 'longshore-proxy-'))
  const ca = join(folder, 'ca')
  await writeFile(ca, certificates.ca)
  const client = createOciClient({
    credentials: credentialsOf('robot', 'registry-password'),
    timing: pair.timing,
    lookup,
    limits: { connectMs: 200, firstByteMs: 200, tries: 1 },
    proxies: environmentProxies({ HTTPS_PROXY: proxy.url, HTTP_PROXY: plain.url, NO_PROXY: 'direct.example' }),
    hosts: { 'registry.example': { tls: { ca } }, 'plain.registry.example': { plainHttp: true } },
  })
  return {
    pair,
    front,
    proxy,
    plain,
    head: (registry: string) => client.headManifest({ registry, repository: 'team/app' }, 'latest', null, signal),
    async [Symbol.asyncDispose]() {
      client.close()
      for (const each of [plain, proxy, front, pair]) await each[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

test('asks for https through a tunnel, in which the proxy sees no credentials', async () => {
  await using stage = await start()
  const digest = stage.pair.registry.pushImage('team/app', 'latest', 'one')
  stage.pair.registry.setAuth({ kind: 'basic', username: 'robot', password: 'registry-password' })

  await expect(stage.head('registry.example')).resolves.toMatchObject({ digest })

  const sent = stage.proxy.requests.map(({ method, target, headers }) => [method, target, headers.authorization])
  expect(sent).toEqual([['CONNECT', 'registry.example:443', undefined]])
  const password = Buffer.from('user:proxy-password').toString('base64')
  expect(stage.proxy.requests[0]?.headers['proxy-authorization']).toBe(`Basic ${password}`)
  expect(stage.pair.registry.requests.map(({ headers }) => headers['proxy-authorization'])).not.toContain(
    `Basic ${password}`,
  )
})

test('asks for plain http by the whole address', async () => {
  await using stage = await start()
  const digest = stage.pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(stage.head('plain.registry.example')).resolves.toMatchObject({ digest })

  expect(stage.plain.requests.at(-1)?.target).toBe('http://plain.registry.example/v2/team/app/manifests/latest')
})

test('asks a host of NO_PROXY itself', async () => {
  await using stage = await start()

  await expect(stage.head('direct.example')).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

  expect(stage.proxy.requests).toEqual([])
})

test.each(['refuse', 'hang'] as const)(
  'a proxy that does nothing but %s makes the registry unavailable',
  async (how) => {
    await using stage = await start(how)

    await expect(stage.head('registry.example')).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

    expect(stage.pair.registry.count()).toBe(0)
  },
)

test('says that it was the proxy that refused', async () => {
  await using stage = await start('refuse')

  await expect(stage.head('registry.example')).rejects.toThrow('the proxy does not let us through')
})

test.each([
  'https://intranet/',
  'https://metadata.google.internal/computeMetadata/v1/',
  'https://router.lan/',
  'https://printer.local./',
  'https://wiki.corp/',
  'https://169.254.169.254/latest/',
  'https://10.0.0.1/',
  'https://[fd00:ec2::254]/',
])('has no proxy ask for %s, to which a registry redirects', async (location) => {
  await using stage = await start()
  stage.pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location })

  await expect(stage.head('registry.example')).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(stage.proxy.requests.map(({ target }) => target)).toEqual(['registry.example:443'])
})

test('has no proxy ask for a name that leads inside by our own resolver', async () => {
  await using stage = await start(undefined, knows({ 'wiki.example.com': '10.0.0.7' }))
  stage.pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: 'https://wiki.example.com/' })

  await expect(stage.head('registry.example')).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(stage.proxy.requests).toHaveLength(1)
})

test('a proxy in a private network does not make the registry behind it a private one', async () => {
  await using stage = await start()
  const challenge = 'Bearer realm="https://auth.registry.example/token",service="x"'
  const headers = { 'www-authenticate': challenge }
  stage.pair.registry.fault({ kind: 'ping' }, { kind: 'status', status: 401, headers })
  stage.pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 401, headers })

  // Asked for, as its name is of the open network; what it answers is not what this is about.
  await expect(stage.head('registry.example')).rejects.toThrow()

  expect(stage.proxy.requests.map(({ target }) => target)).toEqual([
    'registry.example:443',
    'auth.registry.example:443',
  ])
})
