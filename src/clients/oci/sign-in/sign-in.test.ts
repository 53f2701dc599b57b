import { expect, test } from 'vitest'
import { credentialsOf, startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import { secret } from '../../../lib/secret.ts'
import { createCredential } from '../credentials/credentials.ts'

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
  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['ping', 'ping', 'head', 'head'])
  pair.registry.setAuth({ kind: 'basic', username: user.username, password: 'changed' })
  pair.registry.forgetRequests()

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'ping'])
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
  pair.registry.fault({ kind: 'ping', times: 1 }, { kind: 'status', status: 401, headers })

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

test.each(['404 page not found', '<html>404 Not Found</html>'])(
  'that signing in is not there (%s) says nothing of what was asked for',
  async (body) => {
    await using pair = await startOciPair({ auth: { kind: 'token' } })
    pair.registry.pushImage('team/app', 'latest', 'one')
    pair.registry.fault({ kind: 'token' }, { kind: 'status', status: 404, body })

    await expect(head(pair)).rejects.toMatchObject({
      code: 'REGISTRY_UNAVAILABLE',
      message: expect.stringMatching(/^sign-in for .* answered 404/),
    })

    expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['head', 'token'])
  },
)

test('an identity token is not sent where a password is wanted', async () => {
  const identity = credentialsOf('<token>', 'refresh-token-value')
  await using pair = await startOciPair({ auth: { kind: 'basic', ...user } }, { credentials: identity })

  for (const repository of ['team/app', 'team/web']) {
    await expect(head(pair, repository)).rejects.toMatchObject({
      code: 'CREDENTIALS_INVALID',
      message: expect.stringContaining('takes no identity tokens'),
    })
  }

  // One question how to sign in; none whose answer would be one for strangers.
  expect(pair.registry.requests.map(({ kind, headers }) => [kind, headers.authorization])).toEqual([
    ['ping', undefined],
  ])
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

test('tries a wrong password once, however many repositories wait', async () => {
  for (const kind of ['basic', 'token'] as const) {
    const wrong = credentialsOf(user.username, `wrong-password-${kind}`)
    await using pair = await startOciPair({ auth: { kind, ...user } }, { credentials: wrong })

    const heads = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => head(pair, `team/app-${index}`)))

    expect(heads.every((each) => each.status === 'rejected')).toBe(true)
    expect(pair.registry.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1)
  }
})

test('stops using a refused credential for a quarter of an hour, and for longer each time', async () => {
  const wrong = credentialsOf(user.username, 'wrong-password')
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials: wrong })
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  pair.registry.forgetRequests()
  pair.timing.advance(14 * 60_000)

  await expect(head(pair, 'team/web')).rejects.toThrow('asked for again after 2026-03-01 12:15 UTC')
  expect(pair.registry.count()).toBe(0)
  pair.timing.advance(60_000)
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  expect(pair.registry.count('token')).toBe(1)
  pair.timing.advance(29 * 60_000)
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  expect(pair.registry.count('token')).toBe(1)
})

test('a person may try a refused credential by hand, once, and all goes on when it was put right there', async () => {
  const wrong = credentialsOf(user.username, 'wrong-password')
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials: wrong })
  for (const name of ['team/app', 'team/web']) pair.registry.pushImage(name, 'latest', name)
  const byHand = (repository = 'team/app') =>
    pair.client.headManifest({ ...pair.app, repository }, 'latest', null, signal, 'by-hand')
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  pair.timing.advance(60_000)
  pair.registry.forgetRequests()

  const names = Array.from({ length: 20 }, (_, index) => `team/app-${index}`)
  const tries = await Promise.allSettled(names.map(byHand))
  expect(tries.every(({ status }) => status === 'rejected')).toBe(true)
  expect(pair.registry.count('token')).toBe(1)
  pair.registry.setAuth({ kind: 'token', username: user.username, password: 'wrong-password' })
  pair.timing.advance(60_000)
  await expect(head(pair, 'team/web')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  await expect(byHand()).resolves.toBeTypeOf('object')
  await expect(head(pair, 'team/web')).resolves.toBeTypeOf('object')
})

test('goes on at once with another credential for the same host, and with a changed password', async () => {
  const wrong = createCredential(user.username, secret('wrong-password'))
  const right = createCredential(user.username, secret(user.password))
  let forApp = wrong
  await using pair = await startOciPair(
    { auth: { kind: 'token', ...user } },
    { credentials: async ({ repository }) => (repository === 'team/app' ? forApp : right) },
  )
  for (const name of ['team/app', 'team/web']) pair.registry.pushImage(name, 'latest', name)
  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  await expect(head(pair, 'team/web')).resolves.toBeTypeOf('object')
  forApp = right
  await expect(head(pair)).resolves.toBeTypeOf('object')
})

test('a repository that the user may not pull stops no other repository', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user } }, { credentials })
  pair.registry.pushImage('team/app', 'latest', 'one')
  pair.registry.fault(
    { kind: 'head', path: 'secret' },
    { kind: 'status', status: 401, body: '{"errors":[{"code":"UNAUTHORIZED"}]}' },
  )

  await expect(head(pair, 'team/secret')).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })

  await expect(head(pair)).resolves.toBeTypeOf('object')
  expect(pair.client.standing().circuits).toMatchObject([
    { kind: 'repository-refused', repository: 'team/secret', account: 'robot', code: 'REGISTRY_FORBIDDEN' },
  ])
})

test('in the background a refused repository is left alone, and a person may ask for it at any time', async () => {
  await using pair = await startOciPair()
  pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 403 })
  const poll = () => pair.client.headManifest(pair.app, 'latest', null, signal, 'background')
  await expect(poll()).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  await expect(poll()).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  expect(pair.registry.count('head')).toBe(1)
  pair.registry.clearFaults()
  const digest = pair.registry.pushImage('team/app', 'latest', 'one')

  await expect(head(pair)).resolves.toMatchObject({ digest })
  await expect(poll()).resolves.toMatchObject({ digest })
})

test('asks for the tokens of many repositories in few requests', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user, ttlSeconds: 100 } }, { credentials })
  const names = Array.from({ length: 33 }, (_, index) => `team/app-${index}`)
  for (const name of names) pair.registry.pushImage(name, 'latest', name)

  await Promise.all(names.map((name) => head(pair, name)))

  // The first goes alone, to try the password; then sixteen at a time.
  expect(pair.registry.count('token')).toBe(3)
  pair.timing.advance(81_000)
  pair.registry.forgetRequests()
  await Promise.all(names.map((name) => head(pair, name)))
  expect(pair.registry.count('token')).toBe(3)
  expect(pair.registry.count('head')).toBe(33)
})

test.each([
  ['refuses to make tokens for several', 'refuse'],
  ['makes tokens for the first of several alone', 'first'],
] as const)('goes back to one repository a request where the registry %s', async (_what, severalScopes) => {
  await using pair = await startOciPair({ auth: { kind: 'token', ...user, severalScopes } }, { credentials })
  const names = Array.from({ length: 40 }, (_, index) => `team/app-${index}`)
  for (const name of names) pair.registry.pushImage(name, 'latest', name)

  await Promise.all(names.map((name) => head(pair, name)))

  const asked = pair.registry.requests.filter(({ kind }) => kind === 'token').map(({ path }) => path)
  expect(asked.slice(-20).every((path) => path.split('scope=').length === 2)).toBe(true)
  expect(asked.length).toBeLessThan(2 * names.length)
})
