import { expect, test } from 'vitest'
import { credentialsOf, startOciPair } from '../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../test/fakes/oci-client.ts'

const signal = new AbortController().signal
const user = { username: 'robot', password: 'let-me-in-please' }
const credentials = credentialsOf(user.username, user.password)
const head = ({ client, app }: OciPair, repository = app.repository) =>
  client.headManifest({ ...app, repository }, 'latest', null, signal)

test('asks for one token while it lives, and then for HEADs alone', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)
  pair.registry.forgetRequests()

  await head(pair)
  await head(pair)

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'head'])
})

test('asks for a new token at four fifths of the life of the old one', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ttlSeconds: 100 } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)

  pair.timing.advance(79_000)
  await head(pair)
  expect(pair.registry.count('token')).toBe(1)
  pair.timing.advance(2000)
  await head(pair)
  expect(pair.registry.count('token')).toBe(2)
})

test.each([
  ['access_token', { field: 'access_token' }],
  ['no expires_in', { ttlSeconds: null }],
] as const)('understands an answer with %s', async (_what, variant) => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...variant } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)

  pair.timing.advance(47_000)
  await expect(head(pair)).resolves.toBeTypeOf('object')
  expect(pair.registry.count('token')).toBe(1)
})

test('many checks at once share one token request per repository and one question how to sign in', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials })
  for (const name of ['team/app', 'team/web']) pair.registry.pushImage(name, 'latest', name)

  await Promise.all(Array.from({ length: 10 }, (_, index) => head(pair, index % 2 ? 'team/app' : 'team/web')))

  expect(pair.registry.count('token')).toBe(2)
  expect(pair.registry.count('ping')).toBe(1)
  expect(pair.registry.count('head')).toBe(10)
})

test('gets a new token once when the old one is refused', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)
  pair.registry.revokeTokens()
  pair.registry.forgetRequests()

  await expect(head(pair)).resolves.toBeTypeOf('object')

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'token', 'head'])
})

test('gives up after the second 401', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  const challenge = `Bearer realm="${pair.registry.url}/token",service="fake-registry"`
  pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 401, headers: { 'www-authenticate': challenge } })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(pair.registry.count('head')).toBe(2)
})

test('sends basic credentials once it knows that they are wanted, and wrong ones once', async () => {
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)
  await head(pair)
  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['ping', 'head', 'head'])
  pair.registry.setAuth({ kind: 'basic', username: user.username, password: 'changed' })
  pair.registry.forgetRequests()

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(pair.registry.requests).toHaveLength(1)
})

test('wrong credentials never become an anonymous sign-in', async () => {
  const wrong = credentialsOf(user.username, 'wrong-password')
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials: wrong })
  pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(
    pair.registry.requests.filter(({ kind }) => kind === 'token').map(({ headers }) => headers.authorization),
  ).toEqual([`Basic ${Buffer.from('robot:wrong-password').toString('base64')}`])
  expect(pair.registry.count('head')).toBe(0)
})

test('signs in from the first request on where strangers would be served too', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')

  await head(pair)

  const sent = pair.registry.requests.filter(({ kind }) => kind === 'head').map(({ headers }) => headers.authorization)
  expect(sent).toEqual([expect.stringMatching(/^Bearer /)])
})

test('asks for the very repository, whatever scope the challenge names', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  pair.registry.pushImage('team/app', 'latest', 'one')

  await head(pair)

  const path = pair.registry.requests.find(({ kind }) => kind === 'token')?.path ?? ''
  expect(new URL(path, pair.registry.url).searchParams.get('scope')).toBe('repository:team/app:pull')
})

test('treats a bearer realm that is a mere name as basic sign-in', async () => {
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')
  const headers = { 'www-authenticate': 'Bearer realm="Artifactory Realm",service="x"' }
  pair.registry.fault({ kind: 'ping' }, { kind: 'status', status: 401, headers })

  await expect(head(pair)).resolves.toBeTypeOf('object')
})

test('an identity token is exchanged by POST and never sent as a password', async () => {
  const identity = credentialsOf('<token>', 'refresh-token-value')
  await using pair = await startOciPair({ auth: { kind: 'token' } }, { credentials: identity })
  pair.registry.pushImage('team/app', 'latest', 'one')

  await head(pair)

  const request = pair.registry.requests.find(({ kind }) => kind === 'token')
  expect(request).toMatchObject({ method: 'POST', path: '/token' })
  expect(request?.headers.authorization).toBeUndefined()
})

test.each([
  [500, 'REGISTRY_UNAVAILABLE'],
  [403, 'REGISTRY_FORBIDDEN'],
  [429, 'REGISTRY_RATE_LIMITED'],
] as const)('a %i of the token service is %s', async (status, code) => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  pair.registry.fault({ kind: 'token' }, { kind: 'status', status })

  await expect(head(pair)).rejects.toMatchObject({ code })
})

test('an identity token is not sent where a password is wanted', async () => {
  const identity = credentialsOf('<token>', 'refresh-token-value')
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials: identity })

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(pair.registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined])
})

test('an odd refusal without a challenge makes no strangers of us', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')
  await head(pair)
  pair.registry.fault({ kind: 'head', times: 1 }, { kind: 'status', status: 401 })
  pair.registry.forgetRequests()

  await expect(head(pair)).resolves.toBeTypeOf('object')

  expect(pair.registry.requests.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([
    'Bearer',
    'Basic',
    'Bearer',
  ])
})
