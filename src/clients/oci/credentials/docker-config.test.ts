import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { secret } from '../../../lib/secret.ts'
import { configuredCredentials, createCredential, firstOf } from './credentials.ts'
import type { CredentialSource } from './credentials.ts'
import { dockerConfigCredentials } from './docker-config.ts'

const signal = new AbortController().signal
let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-credentials-'))
  path = join(folder, 'config.json')
})
afterEach(() => rm(folder, { recursive: true }))

const auth = (user: string, password: string) => ({ auth: Buffer.from(`${user}:${password}`).toString('base64') })
const write = (config: unknown) => writeFile(path, JSON.stringify(config))

async function found(source: CredentialSource, registry: string, repository = 'team/app') {
  const credential = await source({ registry, repository }, signal)
  return credential && `${credential.username} ${credential.password.reveal()}`
}

test('finds what docker login left, under each of the ways to write a host', async () => {
  await write({
    auths: {
      'https://index.docker.io/v1/': auth('hub', 'p:w'),
      'ghcr.io': auth('gh', 'one'),
      'https://old.example/v2/': auth('old', 'two'),
      'localhost:5000': { identitytoken: 'refresh' },
    },
  })
  const source = dockerConfigCredentials(path)

  await expect(found(source, 'docker.io', 'library/nginx')).resolves.toBe('hub p:w')
  await expect(found(source, 'ghcr.io')).resolves.toBe('gh one')
  await expect(found(source, 'old.example')).resolves.toBe('old two')
  await expect(found(source, 'localhost:5000')).resolves.toBe('<token> refresh')
  await expect(found(source, 'other.example')).resolves.toBeNull()
})

test.each([
  [
    'a helper of its own that gives nothing',
    { credHelpers: { 'r.example': 'ecr-login' } },
    ['"ecr-login"', 'r.example'],
  ],
  [
    'a helper of its own beside a store',
    { credHelpers: { 'R.example': 'ecr-login' }, credsStore: 'desktop', auths: { 'r.example': {} } },
    ['"ecr-login"', '"credHelpers"'],
  ],
  ['an empty entry without a store', { auths: { 'r.example': {} } }, ['"r.example" of "auths"', 'docker login']],
  ['an entry of empty texts', { auths: { 'r.example/team': { auth: '' } } }, ['"r.example" of "auths"']],
])('%s makes no strangers of us', async (_what, config, said) => {
  await write(config)
  const source = dockerConfigCredentials(path, { askHelper: async () => null })

  const error: unknown = await found(source, 'r.example').catch((thrown: unknown) => thrown)

  expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID' })
  for (const each of [path, ...said]) expect(error).toMatchObject({ message: expect.stringContaining(each) })
  await expect(found(source, 'other.example')).resolves.toBeNull()
})

test('a store that knows nothing of a host makes strangers of us there, as it does of Docker', async () => {
  await write({ credsStore: 'desktop', auths: { 'r.example': {} } })
  const source = dockerConfigCredentials(path, { askHelper: async () => null })

  await expect(found(source, 'r.example')).resolves.toBeNull()
})

test('where the helper of a host gives nothing, an entry for it that does is taken', async () => {
  await write({ credHelpers: { 'r.example': 'ecr-login' }, auths: { 'r.example': auth('them', 'me') } })
  const source = dockerConfigCredentials(path, { askHelper: async () => null })

  await expect(found(source, 'r.example')).resolves.toBe('them me')
})

test('the longest path that holds the repository wins, in whole components', async () => {
  await write({ auths: { 'r.example': auth('all', '1'), 'r.example/team': auth('team', '2') } })
  const source = dockerConfigCredentials(path)

  await expect(found(source, 'r.example', 'team/app')).resolves.toBe('team 2')
  await expect(found(source, 'r.example', 'teams/app')).resolves.toBe('all 1')
})

test.each([
  ['registry-1.docker.io', 'docker.io', 'them me'],
  ['https://registry.hub.docker.com/v2/', 'docker.io', 'them me'],
  ['REG.example.com', 'reg.example.com', 'them me'],
  ['reg.example.com:443', 'reg.example.com', 'them me'],
  ['https://reg.example.com:443/v2/', 'reg.example.com', 'them me'],
  ['reg.example.com:443', 'plain.example.com', null],
  ['reg.example.com:8443', 'reg.example.com', null],
  ['plain.example.com:443', 'plain.example.com', null],
])('what stands under %s is for %s: %s', async (key, registry, expected) => {
  await write({ auths: { [key]: auth('them', 'me') } })
  const source = dockerConfigCredentials(path, { isPlainHttp: (name) => name === 'plain.example.com' })

  await expect(found(source, registry)).resolves.toBe(expected)
})

test('of several ways to write one host the usual one is first, and an empty entry hides no other', async () => {
  await write({
    auths: {
      'R.example': auth('upper', '1'),
      'r.example': auth('lower', '2'),
      'index.docker.io': {},
      'registry-1.docker.io': auth('hub', '3'),
    },
  })
  const source = dockerConfigCredentials(path)

  await expect(found(source, 'r.example')).resolves.toBe('lower 2')
  await expect(found(source, 'docker.io')).resolves.toBe('hub 3')
})

test('asks a helper under the name that the login was under, when it knows none under ours', async () => {
  const asked: string[] = []
  const askHelper = async (name: string, server: string) => {
    asked.push(`${name} ${server}`)
    return server === 'R.example:443' || server === 'S.example' ? createCredential('them', secret(server)) : null
  }
  await write({ credHelpers: { 'S.example': 'own' }, credsStore: 'store', auths: { 'R.example:443': {} } })
  const source = dockerConfigCredentials(path, { now: () => 0, askHelper })

  await expect(found(source, 'r.example')).resolves.toBe('them R.example:443')
  await expect(found(source, 's.example')).resolves.toBe('them S.example')
  expect(asked).toEqual(['store r.example', 'store R.example:443', 'own s.example', 'own S.example'])
})

test('the configuration comes before the file', async () => {
  await write({ auths: { 'r.example': auth('file', '1'), 's.example': auth('file', '1') } })
  const entry = { host: 'r.example', username: 'config', password: secret('2') }
  const source = firstOf([configuredCredentials([entry]), dockerConfigCredentials(path)])

  await expect(found(source, 'r.example')).resolves.toBe('config 2')
  await expect(found(source, 's.example')).resolves.toBe('file 1')
})

test('reads the file again when it changed or appeared', async () => {
  let time = 0
  const source = dockerConfigCredentials(path, { now: () => time, askHelper: async () => null })
  const later = () => {
    time += 1001
    return found(source, 'r.example')
  }

  await expect(later()).resolves.toBeNull()
  await write({ auths: { 'r.example': auth('first', '1') } })
  await expect(later()).resolves.toBe('first 1')
  await write({ auths: { 'r.example': auth('second', '22') } })
  await expect(later()).resolves.toBe('second 22')
})

test('gives the same object while the entry is the same', async () => {
  await write({ auths: { 'r.example': auth('user', '1') } })
  const source = dockerConfigCredentials(path)
  const app = { registry: 'r.example', repository: 'a' }

  expect(await source(app, signal)).toBe(await source(app, signal))
})

test('asks the helper of the host, else the store, once a minute, and then looks into auths', async () => {
  let time = 0
  const asked: string[] = []
  const askHelper = async (name: string, server: string) => {
    asked.push(`${name} ${server}`)
    return name === 'ecr' ? createCredential('AWS', secret('token')) : null
  }
  await write({
    credHelpers: { 'r.example': 'ecr' },
    credsStore: 'desktop',
    auths: { 's.example': auth('plain', '1') },
  })
  const source = dockerConfigCredentials(path, { now: () => time, askHelper })

  await expect(found(source, 'r.example')).resolves.toBe('AWS token')
  await expect(found(source, 'r.example')).resolves.toBe('AWS token')
  await expect(found(source, 's.example')).resolves.toBe('plain 1')
  await expect(found(source, 'docker.io')).resolves.toBeNull()
  time = 60_000
  await found(source, 'r.example')

  expect(asked).toEqual(['ecr r.example', 'desktop s.example', 'desktop https://index.docker.io/v1/', 'ecr r.example'])
})

test.each([
  ['{"auths": {"r.example": {"auth": "SECRETVALUE', 'is not JSON'],
  ['[]', 'it is no object'],
  ['{"auths": {"r.example": {"auth": 5, "x": "SECRETVALUE"}}}', '"auths.r.example.auth"'],
  ['{"auths": {"r.example": {"auth": "U0VDUkVUVkFMVUU="}}}', 'the entry "r.example" of "auths"'],
  ['{"auths": {"r.example": {"registrytoken": "SECRETVALUE"}}}', 'is a registry token, which ends soon'],
])('says where %s is wrong without showing it', async (text, where) => {
  await writeFile(path, text)
  const source = dockerConfigCredentials(path)

  const error: unknown = await found(source, 'r.example').catch((thrown: unknown) => thrown)

  expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', message: expect.stringContaining(where) })
  expect(error).toMatchObject({ message: expect.stringContaining(path) })
  expect(error).not.toMatchObject({ message: expect.stringContaining('SECRETVALUE') })
  expect(error).not.toHaveProperty('cause')
})

test('a file that stays wrong stays an error', async () => {
  await writeFile(path, 'nonsense')
  const source = dockerConfigCredentials(path)

  await expect(found(source, 'r.example')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })
  await expect(found(source, 'r.example')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })
})

test('a file that cannot be read is an error and makes no strangers of us', async () => {
  const source = dockerConfigCredentials(folder)

  await expect(found(source, 'r.example')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })
})

test('a file that somebody named has to be there', async () => {
  await expect(found(dockerConfigCredentials(path, { isNamed: true }), 'r.example')).rejects.toMatchObject({
    code: 'CREDENTIALS_INVALID',
    message: `${path} is not there`,
  })
  await expect(found(dockerConfigCredentials(path), 'r.example')).resolves.toBeNull()
})

test.each([
  ['half written', () => writeFile(path, '{"auths": {"r.exa')],
  ['gone', () => unlink(path)],
])('while it is %s, what it had is used, which is told once, and when that is over', async (_what, spoil) => {
  const told: (string | null)[] = []
  let nowMs = 0
  await write({ auths: { 'r.example': auth('robot', 'one') } })
  const source = dockerConfigCredentials(path, {
    now: () => (nowMs += 2000),
    tell: (error) => told.push(error && error.code),
  })
  await expect(found(source, 'r.example')).resolves.toBe('robot one')

  await spoil()
  for (let times = 0; times < 3; times += 1) await expect(found(source, 'r.example')).resolves.toBe('robot one')
  expect(told).toEqual(['CREDENTIALS_INVALID'])

  await write({ auths: { 'r.example': auth('robot', 'the second') } })
  await expect(found(source, 'r.example')).resolves.toBe('robot the second')
  expect(told).toEqual(['CREDENTIALS_INVALID', null])
})

test('a helper that goes on saying the same gives the same object, and another when it says another', async () => {
  let password = 'one'
  let nowMs = 0
  await write({ credHelpers: { 'r.example': 'cloud' } })
  const source = dockerConfigCredentials(path, {
    now: () => (nowMs += 61_000),
    askHelper: async () => createCredential('robot', secret(password)),
  })
  const ask = () => source({ registry: 'r.example', repository: 'team/app' }, signal)
  const first = await ask()

  expect(await ask()).toBe(first)
  password = 'two'
  expect(await ask()).not.toBe(first)
})
