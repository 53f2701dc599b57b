import { expect, test } from 'vitest'
import { credentialsOf, startOciPair } from '../../../test/fakes/oci-client.ts'
import type { FakeRegistryOptions } from '../../../test/fakes/registry.ts'
import { startFakeRegistry } from '../../../test/fakes/registry.ts'
import type { Fault } from '../../../test/fakes/registry/faults.ts'
import { createOciClient } from './client.ts'
import type { CredentialSource } from './credentials/credentials.ts'

const signal = new AbortController().signal

/** A registry and a mirror of it, which has the same image under another path. */
async function start(options: FakeRegistryOptions = {}, path = '', credentials?: CredentialSource) {
  const pair = await startOciPair(options)
  const mirror = await startFakeRegistry()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  mirror.pushImage(`${path}team/app`, 'latest', 'one')
  const client = createOciClient({
    credentials: credentials ?? (async () => null),
    timing: pair.timing,
    hosts: { [pair.registry.host]: { mirrors: [`${mirror.host}${path === '' ? '' : `/${path.slice(0, -1)}`}`] } },
  })
  return {
    registry: pair.registry,
    app: pair.app,
    timing: pair.timing,
    mirror,
    client,
    digest,
    head: () => client.headManifest(pair.app, 'latest', null, signal, 'background'),
    async [Symbol.asyncDispose]() {
      client.close()
      await mirror.close()
      await pair[Symbol.asyncDispose]()
    },
  }
}

test.each(['', 'docker-hub/'])('asks the mirror first, under its path %j, and then nobody', async (path) => {
  await using stage = await start({}, path)

  await expect(stage.head()).resolves.toMatchObject({ digest: stage.digest })

  expect(stage.mirror.requests.map((each) => each.path)).toEqual([`/v2/${path}team/app/manifests/latest`])
  expect(stage.registry.count()).toBe(0)
})

test('asks no mirror again for what the registry did not find', async () => {
  await using stage = await start()
  stage.registry.remove('team/app', 'latest')
  stage.mirror.remove('team/app', 'latest')
  stage.registry.pushImage('team/app', 'other', 'one')

  await expect(stage.head()).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })

  expect(stage.mirror.count()).toBe(1)
  expect(stage.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'tags', 'head'])
})

test('asks no mirror where the registry itself is to answer, also where that takes a GET', async () => {
  await using stage = await start()
  stage.mirror.pushImage('team/app', 'latest', 'behind')
  stage.registry.fault({ kind: 'head' }, { kind: 'status', status: 200 })

  const asked = stage.client.headManifest(stage.app, 'latest', null, signal, 'background', 'registry')

  await expect(asked).resolves.toMatchObject({ digest: stage.digest })
  expect(stage.registry.requests.map(({ method }) => method)).toEqual(['HEAD', 'GET'])
  expect(stage.mirror.count()).toBe(0)
})

test.each<[string, Fault]>([
  ['does not have it', { kind: 'status', status: 404 }],
  ['wants a sign-in', { kind: 'status', status: 401 }],
  ['refuses', { kind: 'status', status: 403 }],
  ['asks for a pause', { kind: 'status', status: 429, headers: { 'retry-after': '60' } }],
  ['is broken', { kind: 'status', status: 500 }],
  ['does not answer', { kind: 'reset' }],
  ['names no digest of ours', { kind: 'wrong-digest', digest: 'sha512:00' }],
  ['redirects to where nobody goes', { kind: 'redirect', location: 'http://169.254.169.254/' }],
])('asks the registry itself when the mirror %s', async (_what, fault) => {
  await using stage = await start()
  stage.mirror.fault({}, fault)

  await expect(stage.head()).resolves.toMatchObject({ digest: stage.digest })

  expect(stage.registry.count('head')).toBe(1)
})

test('asks a mirror that does not answer once in a while only', async () => {
  await using stage = await start()
  stage.mirror.fault({}, { kind: 'reset' })
  for (let poll = 0; poll < 5; poll += 1) await stage.head()

  expect(stage.mirror.count()).toBe(1)
  expect(stage.registry.count('head')).toBe(5)
  stage.timing.advance(60_000)
  stage.mirror.clearFaults()
  await stage.head()
  expect(stage.mirror.count()).toBe(2)
})

test('gives the mirror no credentials of the registry', async () => {
  const user = { username: 'robot', password: 'let-me-in-please' }
  const known = credentialsOf(user.username, user.password)
  let own = ''
  await using stage = await start({ auth: { kind: 'basic', ...user } }, '', async (repository, stop) =>
    repository.registry === own ? known(repository, stop) : null,
  )
  own = stage.registry.host
  stage.mirror.fault({}, { kind: 'status', status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } })

  await expect(stage.head()).resolves.toMatchObject({ digest: stage.digest })

  expect(stage.mirror.requests.every(({ headers }) => headers.authorization === undefined)).toBe(true)
})

test('asks no mirror for tags, as it may hold a part of them', async () => {
  await using stage = await start()
  stage.registry.pushImage('team/app', 'next', 'two')

  await expect(stage.client.listTags(stage.app, signal)).resolves.toEqual(['latest', 'next'])

  expect(stage.mirror.count()).toBe(0)
})

test('says what is wrong with the registry when neither can tell', async () => {
  await using stage = await start()
  stage.mirror.fault({}, { kind: 'status', status: 403 })
  const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN' }] })
  stage.registry.fault({}, { kind: 'status', status: 404, body })

  await expect(stage.head()).rejects.toMatchObject({
    code: 'REGISTRY_NOT_FOUND',
    message: expect.stringContaining(stage.registry.host),
  })
})
