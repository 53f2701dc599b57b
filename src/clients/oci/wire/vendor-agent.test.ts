import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import type { LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { certificates } from '../../../../test/fakes/certificates.ts'
import { startFakeProxy } from '../../../../test/fakes/http-proxy.ts'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startTlsFront } from '../../../../test/fakes/tls-front.ts'
import { secret } from '../../../lib/secret.ts'
import { openEcr } from '../../ecr/ecr-api.ts'
import { createOciClient } from '../client.ts'
import { fetchBy } from './fetch-by.ts'
import { environmentProxies } from './proxy.ts'

const signal = new AbortController().signal

/** The certificate of the fakes is that of `registry.example`, and of this machine's own address. */
async function start(noProxy: string, address = '127.0.0.1') {
  const pair = await startOciPair()
  const front = await startTlsFront(Number(new URL(pair.registry.url).port))
  const proxy = await startFakeProxy(front.port)
  const folder = await mkdtemp(join(tmpdir(), 'longshore-agent-'))
  const ca = join(folder, 'ca')
  await writeFile(ca, certificates.ca)
  const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address, family: 4 }])
  const client = createOciClient({
    credentials: async () => null,
    lookup,
    proxies: environmentProxies({ HTTPS_PROXY: proxy.url, NO_PROXY: noProxy }),
    hosts: { 'images.example': { tls: { ca } } },
  })
  const ask = (host = 'registry.example', trusting = 'images.example'): Promise<number | string> => {
    const { promise, resolve } = Promise.withResolvers<number | string>()
    const sent = request({ host, port: front.port, path: '/v2/', agent: client.vendorAgent(trusting) }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
    sent.end()
    return promise
  }
  return {
    pair,
    front,
    proxy,
    client,
    ask,
    async [Symbol.asyncDispose]() {
      client.close()
      for (const each of [proxy, front, pair]) await each[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

test.each([
  ['', true],
  ['example', false],
  ['.example', false],
  ['registry.example', false],
  ['other.example', true],
  ['10.0.0.0/8', true],
])('goes through the proxy as our own requests do, with NO_PROXY=%s: %s', async (noProxy, isProxied) => {
  await using stage = await start(noProxy)

  expect(await stage.ask()).toBe(200)

  expect(stage.proxy.requests.map(({ target }) => target)).toEqual(
    isProxied ? [`registry.example:${stage.front.port}`] : [],
  )
})

test('trusts the authorities of its registry, and no other', async () => {
  await using stage = await start('*')

  expect(await stage.ask('registry.example', 'images.example')).toBe(200)
  expect(await stage.ask('registry.example', 'other.example')).toBe('SELF_SIGNED_CERT_IN_CHAIN')
})

test.each([['169.254.169.254'], ['100.100.100.200']])('connects to no name that leads to %s', async (address) => {
  await using stage = await start('*', address)

  expect(await stage.ask()).toBe('ADDRESS_REFUSED')
  expect(await stage.ask(address)).toBe('ADDRESS_REFUSED')
})

test('a library that takes a fetch gets one over these connections, and its body arrives', async () => {
  await using stage = await start('')
  const told: string[] = []
  stage.pair.registry.fault(
    { kind: 'other' },
    { kind: 'status', status: 201, headers: { 'x-told': 'a' }, body: '{"a":1}' },
  )

  const answer = await fetchBy(stage.client.vendorAgent('images.example'))(
    `https://registry.example:${stage.front.port}/sign-in`,
    { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }), headers: { 'x-asks': 'b' } },
  )
  told.push(`${answer.status}`, answer.headers.get('x-told') ?? '', await answer.text())

  expect(told).toEqual(['201', 'a', '{"a":1}'])
  expect(stage.pair.registry.requests[0]).toMatchObject({
    method: 'POST',
    headers: {
      'x-asks': 'b',
      'content-length': '12',
      'content-type': expect.stringContaining('x-www-form-urlencoded'),
    },
  })
  expect(stage.proxy.requests).toHaveLength(1)
})

test('a fetch that no way leads for says why by its code', async () => {
  await using stage = await start('*', '169.254.169.254')

  const asked = fetchBy(stage.client.vendorAgent('images.example'))('https://registry.example/token')

  await expect(asked).rejects.toMatchObject({ code: 'ADDRESS_REFUSED' })
})

test("the calls of Amazon's library take these connections", async () => {
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', '')
  await using stage = await start('')
  const { proxy, client } = stage
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', `https://registry.example:${stage.front.port}`)
  const keys = { accessKeyId: 'AKIA', secretAccessKey: secret('s'), sessionToken: null }
  const access = { region: 'eu-west-1', isFips: false, isDualStack: false, profile: null, keys }
  const api = await openEcr({ ...access, agent: client.vendorAgent('images.example') })

  await expect(api.createPassword('sign-in', signal)).rejects.toMatchObject({ code: expect.any(String) })

  expect(proxy.requests[0]?.target).toBe(`registry.example:${stage.front.port}`)
  expect(stage.front.accepted()).toBeGreaterThan(0)
  api.close()
  vi.unstubAllEnvs()
})
