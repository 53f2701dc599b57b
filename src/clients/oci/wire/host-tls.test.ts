import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificates } from '../../../../test/fakes/certificates.ts'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import { startTlsFront } from '../../../../test/fakes/tls-front.ts'
import type { TlsFront } from '../../../../test/fakes/tls-front.ts'
import { AppError } from '../../../errors.ts'
import { createOciClient } from '../client.ts'
import type { OciClientDeps } from '../client.ts'
import type { TlsFiles } from '../endpoint.ts'
import { createTlsSource } from './host-tls.ts'

const signal = new AbortController().signal
const wantsUs = { requestCert: true, rejectUnauthorized: true }
let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-tls-'))
  for (const [name, text] of Object.entries(certificates)) await writeFile(at(name), text)
  await writeFile(at('broken'), 'no certificate')
})
afterAll(() => rm(folder, { recursive: true }))

async function ask(pair: OciPair, front: TlsFront, files: TlsFiles, deps: Partial<OciClientDeps> = {}) {
  const hosts = { [front.host]: { plainHttp: false, tls: files } }
  const client = createOciClient({ credentials: async () => null, timing: pair.timing, hosts, ...deps })
  try {
    return await client.headManifest({ registry: front.host, repository: 'team/app' }, 'latest', null, signal)
  } finally {
    client.close()
  }
}

async function start(options = {}) {
  const pair = await startOciPair()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')
  const front = await startTlsFront(Number(new URL(pair.registry.url).port), options)
  return {
    pair,
    front,
    digest,
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      await pair[Symbol.asyncDispose]()
    },
  }
}

test('believes no certificate of an authority that nobody named', async () => {
  await using stage = await start()

  await expect(ask(stage.pair, stage.front, {})).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' })

  expect(stage.pair.registry.count()).toBe(0)
})

test('believes the authority of the configuration', async () => {
  await using stage = await start()

  await expect(ask(stage.pair, stage.front, { ca: at('ca') })).resolves.toMatchObject({ digest: stage.digest })
})

test('an authority of one host is not believed for another', async () => {
  await using stage = await start()
  await using other = await startTlsFront(Number(new URL(stage.pair.registry.url).port))
  const hosts = { [stage.front.host]: { plainHttp: false, tls: { ca: at('ca') } }, [other.host]: { plainHttp: false } }

  await expect(ask(stage.pair, other, {}, { hosts })).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' })
})

test('believes the authority of a registry for its sign-in too, which is shown no certificate of ours', async () => {
  await using stage = await start()
  await using signIn = await startTlsFront(Number(new URL(stage.pair.registry.url).port), {
    requestCert: true,
    rejectUnauthorized: false,
  })
  stage.pair.registry.setAuth({ kind: 'token', realm: `https://${signIn.host}/token` })

  const asked = ask(stage.pair, stage.front, { ca: at('ca'), certificate: at('client'), key: at('clientKey') })

  await expect(asked).resolves.toMatchObject({ digest: stage.digest })
  expect(stage.pair.registry.count('token')).toBe(1)
  expect(signIn.accepted()).toBe(1)
  expect(signIn.certificates()).toEqual([])
})

test('shows our certificate to a host that wants it, and to no other', async () => {
  await using stage = await start(wantsUs)
  const own = { ca: at('ca'), certificate: at('client'), key: at('clientKey') }

  await expect(ask(stage.pair, stage.front, { ca: at('ca') })).rejects.toBeInstanceOf(AppError)
  expect(stage.front.accepted()).toBe(0)
  await expect(ask(stage.pair, stage.front, own)).resolves.toMatchObject({ digest: stage.digest })
})

test('does not show our certificate where a redirect of somebody else led', async () => {
  await using stage = await start(wantsUs)
  const { pair, front } = stage
  pair.registry.fault({ kind: 'head' }, { kind: 'redirect', location: `https://${front.host}/v2/team/app/manifests/x` })
  const tls = { ca: at('ca'), certificate: at('client'), key: at('clientKey') }
  const client = createOciClient({
    credentials: async () => null,
    timing: pair.timing,
    hosts: { [front.host]: { plainHttp: false, tls } },
  })

  await expect(client.headManifest(pair.app, 'latest', null, signal)).rejects.toBeInstanceOf(AppError)

  expect(front.accepted()).toBe(0)
  client.close()
})

test('reads the folder that Docker reads: authorities and our own certificate, by host', async () => {
  await using stage = await start(wantsUs)
  const certsFolder = await mkdtemp(join(folder, 'certs.d-'))
  const own = join(certsFolder, stage.front.host)
  await mkdir(own)
  for (const [name, text] of Object.entries({
    'ca.crt': certificates.ca,
    'client.cert': certificates.client,
    'client.key': certificates.clientKey,
  }))
    await writeFile(join(own, name), text)

  await expect(ask(stage.pair, stage.front, {}, { certsFolder })).resolves.toMatchObject({ digest: stage.digest })
})

test.each([
  ['client.key', 'CONFIG_INVALID', 'client.cert'],
  ['client.cert', 'ENOENT', 'client.key'],
])(
  'a %s without its counterpart is an error that says what is missing, as Docker has it',
  async (name, code, missing) => {
    const certsFolder = await mkdtemp(join(folder, 'certs.d-'))
    await mkdir(join(certsFolder, 'registry.example'))
    await writeFile(join(certsFolder, 'registry.example', name), certificates.client)
    const source = createTlsSource({
      configured: () => ({ names: [], files: {} }),
      certsFolder,
      readFile: (path) => readFile(path, 'utf8'),
      now: () => 0,
    })

    const asked = source({ isConfigured: true, trustAs: undefined, host: 'registry.example' })

    await expect(asked).rejects.toMatchObject({ code, message: expect.stringContaining(missing) })
  },
)

test.each(['registry.example', 'registry.example:443'])('finds the folder %s for the usual port', async (name) => {
  const certsFolder = await mkdtemp(join(folder, 'certs.d-'))
  await mkdir(join(certsFolder, name))
  await writeFile(join(certsFolder, name, 'ca.crt'), certificates.ca)
  const source = createTlsSource({
    configured: () => ({ names: [], files: {} }),
    certsFolder,
    readFile: (path) => readFile(path, 'utf8'),
    now: () => 0,
  })
  const wish = { isConfigured: true, trustAs: undefined }

  expect(await source({ ...wish, host: 'registry.example' })).not.toBeNull()
  expect(await source({ ...wish, host: 'registry.example:5000' })).toBeNull()
})

test('takes up a certificate that was renewed while it runs', async () => {
  await using stage = await start()
  const ca = at('renewed')
  await writeFile(ca, certificates.client) // of no authority at all
  const hosts = { [stage.front.host]: { plainHttp: false, tls: { ca } } }
  const client = createOciClient({ credentials: async () => null, timing: stage.pair.timing, hosts })
  const head = () => client.headManifest({ registry: stage.front.host, repository: 'team/app' }, 'latest', null, signal)
  await expect(head()).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' })

  await writeFile(ca, certificates.ca)
  stage.pair.timing.advance(10_000)

  await expect(head()).resolves.toMatchObject({ digest: stage.digest })
  client.close()
})

test('names the file that is no certificate', async () => {
  await using stage = await start()

  const asked = ask(stage.pair, stage.front, { ca: at('ca'), certificate: at('broken'), key: at('clientKey') })

  await expect(asked).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(at('broken')),
  })
})

test('a registry with a certificate for another name is not believed', async () => {
  await using stage = await start()
  const registry = `other.example:${stage.front.port}`
  const client = createOciClient({
    credentials: async () => null,
    timing: stage.pair.timing,
    lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    hosts: { [registry]: { tls: { ca: at('ca') } } },
  })

  const asked = client.headManifest({ registry, repository: 'team/app' }, 'latest', null, signal)

  await expect(asked).rejects.toMatchObject({ code: 'REGISTRY_UNTRUSTED' })
  client.close()
})
