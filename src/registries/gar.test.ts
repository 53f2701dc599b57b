import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeTiming, credentialsOf } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import { garDialect } from '../../test/fakes/vendors/gar.ts'
import type { GarOptions } from '../../test/fakes/vendors/gar.ts'
import { AppError } from '../errors.ts'
import { createOciClient } from '../clients/oci/client.ts'
import { createGar, servesGar } from './gar.ts'
import type { GarDeps, GarEntry } from './gar.ts'

const signal = new AbortController().signal
const google = { username: 'oauth2accesstoken', password: 'ya29.made-by-google' }
const email = 'longshore@project.iam.gserviceaccount.com'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const folder = mkdtempSync(join(tmpdir(), 'longshore-gar-'))
const host = 'europe-docker.pkg.dev'

let ends: (() => void | Promise<void>)[] = []
beforeEach(() => {
  // Nothing of this machine may take part, and no metadata service be looked for.
  vi.stubEnv('HOME', folder)
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '')
  vi.stubEnv('METADATA_SERVER_DETECTION', 'none')
})
afterEach(async () => {
  for (const end of ends) await end()
  ends = []
  vi.unstubAllEnvs()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, content: unknown): string {
  const file = join(folder, name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
const keyFile = write('key.json', {
  type: 'service_account',
  client_email: email,
  private_key: privateKey,
  private_key_id: 'k1',
})

async function start(options: Partial<GarOptions> = {}) {
  const serviceAccount = { email, publicKey: pair.publicKey }
  const dialect = garDialect({ accessToken: google.password, serviceAccount, ...options })
  const fake = await startFakeRegistry({ auth: { kind: 'token', ...google, realm: '/v2/token' }, dialect })
  ends.push(() => fake.close())
  return fake
}

function open(url: string, gar: GarEntry['gar'], others: Partial<GarDeps> = {}) {
  const timing = createFakeTiming()
  const client = createOciClient({ credentials: credentialsOf(google.username, google.password), timing })
  const none = async (): Promise<null> => null
  const toFake: typeof fetch = (_asked, init) => fetch(`${url}/oauth2/token`, init)
  const entries = gar === null ? [] : [{ host, path: null, gar }]
  const clock = { elapsed: timing.now }
  const own = { client, configured: none, dockerConfig: none, host, entries, clock, fetch: toFake }
  const registry = createGar({ ...own, ...others })
  ends.push(() => registry.close())
  return {
    registry,
    client,
    timing,
    signIn: () => registry.credential?.({ registry: host, repository: 'project/images/app' }, signal),
  }
}

const byFile = (serviceAccountFile: string) => ({ serviceAccountFile, projectId: null })

const identityFile = (url: string): string =>
  write('identity.json', {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${url}/sts/token`,
    credential_source: { file: write('subject-token', 'signed-by-somebody-else') },
  })

describe('the access token', () => {
  test('of a service account is asked for once, and is the same credential while it lives', async () => {
    const fake = await start()
    const { signIn } = open(fake.url, byFile(keyFile))

    const [first, second] = await Promise.all([signIn(), signIn()])

    expect(first).toMatchObject({ username: 'oauth2accesstoken' })
    expect(first?.password.reveal()).toBe('ya29.made-by-google')
    expect(second).toBe(first)
    expect(await signIn()).toBe(first)
    expect(fake.requests.filter(({ path }) => path === '/oauth2/token')).toHaveLength(1)
  })

  test('is asked for again before it ends', async () => {
    const fake = await start({ lifeSeconds: 60 }) // less than what is always left of one
    const { signIn } = open(fake.url, byFile(keyFile))

    await signIn()
    await signIn()

    expect(fake.requests.filter(({ path }) => path === '/oauth2/token')).toHaveLength(2)
  })

  test('of the application default comes from the file that the environment names', async () => {
    const fake = await start()
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', keyFile)

    expect((await open(fake.url, null).signIn())?.password.reveal()).toBe('ya29.made-by-google')
  })

  test('of a machine of Google comes from its metadata service', async () => {
    const fake = await start({ isOnGoogle: true })
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present')
    vi.stubEnv('GCE_METADATA_HOST', fake.host)

    expect((await open(fake.url, null).signIn())?.password.reveal()).toBe('ya29.made-by-google')
  })

  test('of a workload identity is exchanged for the token that its file names', async () => {
    const fake = await start({ subjectToken: 'signed-by-somebody-else' })
    const file = identityFile(fake.url)
    const toFake: typeof fetch = (_asked, init) => fetch(`${fake.url}/sts/token`, init)

    const found = await open(fake.url, byFile(file), { fetch: toFake }).signIn()

    expect(found?.password.reveal()).toBe('ya29.made-by-google')
  })

  test.each([
    ['what the configuration writes', 'configured'],
    ['what gcloud left for Docker', 'dockerConfig'],
  ] as const)('gives way to %s', async (_what, source) => {
    const fake = await start()
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', keyFile)

    const found = await open(fake.url, null, { [source]: credentialsOf('_json_key', 'a-key') }).signIn()

    expect(found?.username).toBe('_json_key')
  })

  test('counts where Docker’s file names a login that it does not have, which else is told', async () => {
    const fake = await start()
    const lacking = { dockerConfig: () => Promise.reject(new AppError('CREDENTIALS_INVALID', 'it lies in no store')) }
    await expect(open(fake.url, null, lacking).signIn()).rejects.toThrow('it lies in no store')

    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', keyFile)
    expect((await open(fake.url, null, lacking).signIn())?.username).toBe('oauth2accesstoken')
  })

  test('is not needed for what is for everybody: a machine without credentials asks as a stranger', async () => {
    const fake = await start()

    expect(await open(fake.url, null).signIn()).toBeNull()
  })

  test('of a project that is named is an error where nobody can make it, and makes us no strangers', async () => {
    const fake = await start()
    const named = { serviceAccountFile: null, projectId: 'project' }
    const { signIn } = open(fake.url, named)

    const message = expect.stringContaining('project project')
    await expect(signIn()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID', message })
    await expect(signIn()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID', message })
    const left = { dockerConfig: credentialsOf('_json_key', 'a-key') }
    expect((await open(fake.url, named, left).signIn())?.username).toBe('_json_key')
  })

  test.each([
    ['is not there', () => join(folder, 'none.json'), 'CREDENTIALS_INVALID'],
    ['is no JSON', () => write('text.json', 'private_key: SECRET-KEY-TEXT'), 'CREDENTIALS_INVALID'],
    ['is of another kind', () => write('user.json', { type: 'authorized_user' }), 'CREDENTIALS_INVALID'],
    [
      'wants a program run',
      () => write('run.json', { type: 'external_account', credential_source: { executable: { command: 'true' } } }),
      'CREDENTIALS_INVALID',
    ],
    ['has no key', () => write('half.json', { type: 'service_account', client_email: email }), 'CREDENTIALS_INVALID'],
    [
      'has the key of somebody else',
      () => {
        const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        })
        return write('wrong.json', { type: 'service_account', client_email: email, private_key: key })
      },
      'REGISTRY_UNAUTHORIZED',
    ],
  ])('of a file that %s is an error that names the file, and makes us no strangers', async (_what, make, code) => {
    const fake = await start()
    const file = make()

    const error = await open(fake.url, byFile(file))
      .signIn()
      ?.catch((caught: unknown) => caught)

    expect(error).toMatchObject({ code, message: expect.stringContaining(file) })
    expect(String(error)).not.toContain('SECRET-KEY-TEXT')
  })

  test('is made of the file again once that is put right', async () => {
    const fake = await start()
    const file = write('later.json', 'not yet')
    const { signIn } = open(fake.url, byFile(file))
    await expect(signIn()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })

    write('later.json', { type: 'service_account', client_email: email, private_key: privateKey })

    expect((await signIn())?.username).toBe('oauth2accesstoken')
  })

  test('that is refused is asked for once by ten looks, and at once when the file changed', async () => {
    const fake = await start()
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    })
    const key = { type: 'service_account', client_email: email }
    const file = write('rotated.json', { ...key, private_key: other })
    const { signIn, timing, client } = open(fake.url, byFile(file))

    for (let look = 0; look < 10; look += 1)
      await expect(signIn()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    expect(fake.count()).toBe(1)
    expect(client.standing().circuits).toMatchObject([{ kind: 'credential-refused', registry: host, account: file }])
    write('rotated.json', { ...key, private_key: privateKey, private_key_id: 'k2' })
    timing.advance(1000)

    expect((await signIn())?.username).toBe('oauth2accesstoken')
  })

  test('of a new key is asked for although that of the old one is still good', async () => {
    const fake = await start()
    const key = { type: 'service_account', client_email: email, private_key: privateKey }
    const file = write('replaced.json', key)
    const { signIn, timing } = open(fake.url, byFile(file))
    await signIn()

    write('replaced.json', { ...key, private_key_id: 'k2' })
    timing.advance(1000)
    await signIn()
    await signIn()

    expect(fake.count()).toBe(2)
  })

  test('that is throttled is a pause', async () => {
    const fake = await start()
    fake.fault({ kind: 'other' }, { kind: 'status', status: 429 })
    const { signIn, timing } = open(fake.url, byFile(keyFile))
    await expect(signIn()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 60_000 })
    const asked = fake.count()

    for (let look = 0; look < 10; look += 1)
      await expect(signIn()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    expect(fake.count()).toBe(asked)
    fake.clearFaults()
    timing.advance(60_000)

    expect((await signIn())?.username).toBe('oauth2accesstoken')
  })

  test('is asked for over the connections of the client', async () => {
    const fake = await start({ subjectToken: 'signed-by-somebody-else' })
    const client = createOciClient({ credentials: async () => null })
    const vendorAgent = vi.spyOn(client, 'vendorAgent')
    const none = async (): Promise<null> => null
    const entries = [{ host, path: null, gar: byFile(identityFile(fake.url)) }]
    const clock = { elapsed: () => performance.now() }
    const registry = createGar({ client, configured: none, dockerConfig: none, host, entries, clock })
    ends.push(() => registry.close())

    const found = await registry.credential?.({ registry: host, repository: 'project/images/app' }, signal)

    expect(found?.password.reveal()).toBe('ya29.made-by-google')
    expect(vendorAgent).toHaveBeenCalledWith(host)
  })

  test('leaves nothing on standard error', async () => {
    const warn = vi.spyOn(console, 'warn')
    const emitWarning = vi.spyOn(process, 'emitWarning')
    const fake = await start()
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', keyFile)

    await open(fake.url, null).signIn()
    await open(fake.url, byFile(keyFile)).signIn()

    await open(fake.url, byFile(identityFile(fake.url)))
      .signIn()
      ?.catch(() => {})

    expect(warn).not.toHaveBeenCalled()
    expect(emitWarning).not.toHaveBeenCalled()
  })
})

describe('push times', () => {
  test('stand in the tag list itself, and are those of the digest', async () => {
    const fake = await start()
    const repository = 'project/images/app'
    const digest = fake.pushImage(repository, '1.0', 'one')
    fake.pushImage(repository, '1.1', 'two')
    fake.tag(repository, 'stable', digest)
    const { registry } = open(fake.url, byFile(keyFile))
    const wanted = { tags: ['1.0', 'stable'], known: new Map() }

    const found = await registry.describeTags?.({ registry: fake.host, repository }, wanted, signal)

    expect(found?.map(({ tag }) => tag).toSorted()).toEqual(['1.0', 'stable'])
    expect(found?.[0]).toMatchObject({ digest, source: 'gar-list', confidence: 'digest-first-push' })
    expect(found?.[0]?.pushedAt).toBe(found?.[1]?.pushedAt)
    expect(
      fake.requests
        .filter(({ kind }) => kind === 'tags')
        .map(({ path }) => path)
        .at(-1),
    ).toMatch(/n=10000$/)
  })

  test('come with the list of all tags, in one reading of it', async () => {
    const fake = await start()
    const repository = 'project/images/app'
    fake.pushImage(repository, '1.0', 'one')
    const digest = fake.pushImage(repository, '1.1', 'two')
    const { registry } = open(fake.url, byFile(keyFile))
    const name = { registry: fake.host, repository }

    const found = await registry.listDetails?.(name, signal)

    expect(found?.map(({ tag }) => tag).toSorted()).toEqual(['1.0', '1.1'])
    expect(found?.find(({ tag }) => tag === '1.1')).toMatchObject({
      digest,
      pushedAt: expect.any(Number),
      confidence: 'digest-first-push',
    })
    expect(fake.requests.filter(({ kind, path }) => kind === 'tags' && path.includes('/v2/project'))).toHaveLength(1)
  })

  test('of pages are put together, a page that failed half-way is read again, and a tag without manifest has none', async () => {
    const fake = await start()
    const repository = 'project/images/app'
    const digest = `sha256:${'a'.repeat(64)}`
    const page = (tags: readonly string[], more: object = {}) =>
      JSON.stringify({ manifest: { [digest]: { tag: tags, timeUploadedMs: '1700000000000' } }, tags, ...more })
    const next = { link: `</v2/${repository}/tags/list?n=10000&last=b>; rel="next"` }
    fake.fault({ kind: 'tags' }, { kind: 'status', status: 200, body: page(['a', 'b']), headers: next })
    fake.fault(
      { kind: 'tags', path: 'last=b' },
      { kind: 'status', status: 200, body: page(['c']).replace('"tags":["c"]', '"tags":["c","d"]') },
    )
    fake.fault(
      { kind: 'tags', path: 'last=b', times: 1 },
      { kind: 'status', status: 200, body: page(['x']).slice(0, -3) },
    )
    const { registry } = open(fake.url, byFile(keyFile))

    const found = await registry.listDetails?.({ registry: fake.host, repository }, signal)

    const told = { digest, pushedAt: 1_700_000_000_000, source: 'gar-list', confidence: 'digest-first-push' }
    expect(found).toHaveLength(4)
    for (const tag of ['a', 'b', 'c']) expect(found).toContainEqual({ tag, ...told })
    expect(found).toContainEqual({ tag: 'd', digest: null, pushedAt: null, source: 'gar-list', confidence: 'none' })
  })

  test('of a list beyond 64 MiB are an error, not a part', async () => {
    const fake = await start()
    const repository = 'project/images/app'
    fake.pushImage(repository, '1.0', 'one')
    fake.fault({ kind: 'tags', path: 'n=10000' }, { kind: 'oversized', bytes: 65 * 1024 * 1024 })
    const { registry } = open(fake.url, byFile(keyFile))

    const wanted = { tags: ['1.0'], known: new Map() }
    const telling = registry.describeTags?.({ registry: fake.host, repository }, wanted, signal)

    await expect(telling).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' })
  })
})

test.each([
  ['gcr.io', true],
  ['eu.gcr.io', true],
  ['europe-west1-docker.pkg.dev', true],
  ['docker.pkg.dev', true],
  ['gcr.io.example.com', false],
  ['evilgcr.io', false],
  ['a.b.gcr.io', false],
])('serves %s: %s', (name, expected) => {
  expect(servesGar(name)).toBe(expected)
})
