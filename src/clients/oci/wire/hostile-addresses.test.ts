import { expect, test } from 'vitest'
import { watchConnectionAttempts } from '../../../../test/fakes/connection-attempts.ts'
import { createFakeTiming, credentialsOf, startOciPair } from '../../../../test/fakes/oci-client.ts'
import { startPublicRegistry } from '../../../../test/fakes/public-registry.ts'
import type { PublicRegistry } from '../../../../test/fakes/public-registry.ts'
import { startTlsFront } from '../../../../test/fakes/tls-front.ts'
import { AppError } from '../../../errors.ts'
import { createOciClient } from '../client.ts'

const signal = new AbortController().signal

/**
 * Every way to write an address that no registry outside may make us connect to; the last two in full-width digits and
 * with ideographic full stops.
 */
const addresses = `
  127.0.0.1 127.1 0x7f000001 2130706433 0177.0.0.1
  0 0.0.0.0 [::1] [::] [::ffff:127.0.0.1]
  [::ffff:7f00:1] [0:0:0:0:0:ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1] 169.254.169.254
  2852039166 0xa9fea9fe 0xa9.0xfe.0xa9.0xfe 0251.0376.0251.0376 169.16689662
  169.254.43518 [::ffff:169.254.169.254] [::ffff:a9fe:a9fe] [64:ff9b::169.254.169.254] [fd00:ec2::254]
  [fd20:ce::254] 100.100.100.200 168.63.129.16 [64:ff9b:1::a9fe:a9fe] 10.0.0.1
  172.16.0.1 192.168.1.1 100.64.0.1 198.18.0.1 [fc00::1]
  [fd12:3456::1] [fe80::1] [fe80::1%25eth0] [fec0::1] [2002:a9fe:a9fe::]
  [2001:0:a9fe:a9fe::] 224.0.0.1 255.255.255.255 [ff02::1] 169.254.169.254.
  [::ffff:0:169.254.169.254] [::ffff:0:a9fe:a9fe] [::ffff:0:7f00:1] [2606:4700::5efe:7f00:1] [fd00:c1::a9fe:a9fe]
  %31%30.0.0.1 %EF%BC%91%EF%BC%96%EF%BC%99.254.169.254 169%E3%80%82254%E3%80%82169%E3%80%82254
`
  .trim()
  .split(/\s+/)

async function expectNothingGiven(stage: PublicRegistry, ask: () => Promise<unknown>): Promise<void> {
  using attempts = watchConnectionAttempts()

  await expect(ask()).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(attempts.list().filter((each) => !stage.ways.includes(each))).toEqual([])
  expect(stage.innerRequests).toEqual([])
}

const head = ({ client, app }: PublicRegistry) => client.headManifest(app, 'latest', null, signal)

test.each(addresses)('a redirect to %s opens no connection', async (address) => {
  for (const protocol of ['http', 'https']) {
    await using stage = await startPublicRegistry()
    const location = `${protocol}://${address}:${stage.innerPort}/latest/meta-data/`
    stage.registry.fault({ kind: 'head' }, { kind: 'redirect', location })

    await expectNothingGiven(stage, () => head(stage))
  }
})

test.each(addresses)('a realm at %s opens no connection and is given no credentials', async (address) => {
  for (const protocol of ['http', 'https']) {
    await using stage = await startPublicRegistry()
    const headers = {
      'www-authenticate': `Bearer realm="${protocol}://${address}:${stage.innerPort}/token",service="x"`,
    }
    stage.registry.fault({}, { kind: 'status', status: 401, headers })

    await expectNothingGiven(stage, () => head(stage))
  }
})

test.each(addresses)('a next page at %s opens no connection', async (address) => {
  await using stage = await startPublicRegistry()
  const link = `<http://${address}:${stage.innerPort}/v2/team/app/tags/list?last=a>; rel="next"`
  stage.registry.fault({ kind: 'tags' }, { kind: 'headers', headers: { link } })

  await expectNothingGiven(stage, () => stage.client.listTags(stage.app, signal))
})

const names = [
  '127.0.0.1',
  '10.0.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '::1',
  '::ffff:10.0.0.1',
  'fd00:ec2::254',
  'fe80::1',
]

test.each(names)('a redirect to a name that leads to %s opens no connection', async (address) => {
  await using stage = await startPublicRegistry({ 'cdn.example': address })
  const location = `https://cdn.example:${stage.innerPort}/`
  stage.registry.fault({ kind: 'head' }, { kind: 'redirect', location })

  await expectNothingGiven(stage, () => head(stage))
})

test.each(names)('a realm of the same domain that leads to %s is given no credentials', async (address) => {
  await using stage = await startPublicRegistry({ 'auth.registry.example': address })
  const headers = { 'www-authenticate': `Bearer realm="http://auth.registry.example:${stage.innerPort}/",service="x"` }
  stage.registry.fault({}, { kind: 'status', status: 401, headers })

  await expectNothingGiven(stage, () => head(stage))
})

test.each([
  '169.254.169.254',
  '2852039166',
  '0xa9fea9fe',
  '[::ffff:169.254.169.254]',
  '[fd00:ec2::254]',
  '100.100.100.200',
  '[fe80::1]',
])('an image reference that names %s as its registry opens no connection', async (registry) => {
  using attempts = watchConnectionAttempts()
  const client = createOciClient({ credentials: async () => null, timing: createFakeTiming() })

  const asked = client.headManifest({ registry, repository: 'latest/meta-data' }, 'latest', null, signal)

  await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  expect(attempts.list()).toEqual([])
  client.close()
})

test('a name that led to the registry and leads to a metadata service now is not followed there', async () => {
  await using pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  const { port } = new URL(pair.registry.url)
  const answers = ['127.0.0.1', '169.254.169.254']
  const client = createOciClient({
    credentials: async () => null,
    timing: createFakeTiming(),
    lookup: (_name, _options, callback) =>
      callback(null, [{ address: answers.shift() ?? '169.254.169.254', family: 4 }]),
    hosts: { [`rebinding.example:${port}`]: { plainHttp: true } },
  })
  const app = { registry: `rebinding.example:${port}`, repository: 'team/app' }
  await expect(client.headManifest(app, 'latest', null, signal)).resolves.toMatchObject({ digest })
  using attempts = watchConnectionAttempts()
  pair.registry.fault({}, { kind: 'reset' }) // so that the next has to connect anew

  await expect(client.headManifest(app, 'latest', null, signal)).rejects.toBeInstanceOf(AppError)
  await expect(client.headManifest(app, 'latest', null, signal)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })

  expect(attempts.list()).toEqual([])
  client.close()
})

test('a registry that was asked by https leads nobody to plain http', async () => {
  await using pair = await startOciPair()
  await using front = await startTlsFront(Number(new URL(pair.registry.url).port))
  pair.registry.fault({}, { kind: 'redirect', location: `${pair.registry.url}/v2/team/app/manifests/latest` })
  const client = createOciClient({
    credentials: credentialsOf('robot', 'let-me-in-please'),
    timing: createFakeTiming(),
    hosts: { [front.host]: { plainHttp: false, tls: { ca: 'ca' } } },
    readFile: async () => (await import('../../../../test/fakes/certificates.ts')).certificates.ca,
  })

  const asked = client.headManifest({ registry: front.host, repository: 'team/app' }, 'latest', null, signal)

  await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
  expect(pair.registry.count()).toBe(1)
  client.close()
})

test('a realm that redirects elsewhere takes the credentials nowhere', async () => {
  for (const username of ['robot', '<token>']) {
    const other = await startOciPair()
    await using pair = await startOciPair(
      { auth: { kind: 'token' } },
      { credentials: credentialsOf(username, 'secret') },
    )
    pair.registry.fault({ kind: 'token' }, { kind: 'redirect', location: `${other.registry.url}/token` })

    await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).rejects.toBeInstanceOf(AppError)

    const given = other.registry.requests.flatMap(({ headers, method }) => [headers.authorization, method])
    expect(given.filter((each) => each !== undefined && each !== 'GET')).toEqual([])
    await other[Symbol.asyncDispose]()
  }
})

test('a realm that redirects elsewhere gives somebody no token of a stranger', async () => {
  await using other = await startOciPair({ auth: { kind: 'token' } })
  const auth = { kind: 'token', username: 'robot', password: 'let-me-in-please' } as const
  await using pair = await startOciPair({ auth }, { credentials: credentialsOf(auth.username, auth.password) })
  pair.registry.fault({ kind: 'token' }, { kind: 'redirect', location: `${other.registry.url}/token` })

  await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).rejects.toMatchObject({
    code: 'REGISTRY_REFUSED',
    message: expect.stringContaining(`redirects to ${other.registry.url}, where its credential does not go`),
  })
  expect(other.registry.requests).toEqual([])
})

test('a registry in our own network may lead to its storage there, without our credentials', async () => {
  await using storage = await startOciPair()
  const digest = storage.registry.pushImage('team/app', 'latest', 'one')
  const user = { username: 'robot', password: 'let-me-in-please' }
  const credentials = credentialsOf(user.username, user.password)
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials })
  pair.registry.fault(
    { kind: 'head' },
    { kind: 'redirect', location: `${storage.registry.url}/v2/team/app/manifests/latest` },
  )

  using attempts = watchConnectionAttempts()

  await expect(pair.client.headManifest(pair.app, 'latest', null, signal)).resolves.toMatchObject({ digest })

  // So it sees what the tests above prove the absence of.
  expect(attempts.list()).toEqual([pair.registry.host, storage.registry.host])

  expect(storage.registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
})
