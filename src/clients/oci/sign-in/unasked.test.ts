import { expect, test } from 'vitest'
import { credentialsOf, startOciPair } from '../../../../test/fakes/oci-client.ts'
import type { OciPair } from '../../../../test/fakes/oci-client.ts'
import type { CredentialSource } from '../credentials/credentials.ts'

const signal = new AbortController().signal
const user = { username: 'robot', password: 'let-me-in-please' }
const basic = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString('base64')}`
const notFound = '{"errors":[{"code":"NAME_UNKNOWN"}]}'
const head = ({ client, app }: OciPair, repository = app.repository) =>
  client.headManifest({ ...app, repository }, 'latest', null, signal)
const said = ({ registry }: OciPair) => registry.requests.map(({ kind, headers }) => [kind, headers.authorization])

/** One that asks nobody to sign in at its door, and refuses strangers one repository with `status`. */
async function startOpen(status: number, credentials: CredentialSource): Promise<OciPair> {
  const pair = await startOciPair({}, { credentials })
  for (const name of ['team/app', 'team/web']) pair.registry.pushImage(name, 'latest', name)
  pair.registry.fault({ kind: 'head', times: 1 }, { kind: 'status', status, body: notFound })
  return pair
}

test.each([401, 403, 404])(
  'what strangers are refused with %i is asked for again with the credential',
  async (status) => {
    await using pair = await startOpen(status, credentialsOf(user.username, user.password))

    await expect(head(pair)).resolves.toBeTypeOf('object')

    expect(said(pair)).toEqual([
      ['ping', undefined],
      ['head', undefined],
      ['head', basic],
      ['head', basic],
    ])
  },
)

test('once a credential opened what strangers do not see, it goes along from the first request on', async () => {
  await using pair = await startOpen(404, credentialsOf(user.username, user.password))
  await head(pair)
  pair.registry.forgetRequests()

  await head(pair)
  await head(pair, 'team/web')

  expect(said(pair)).toEqual([
    ['head', basic],
    ['head', basic],
  ])
})

test('what no HEAD may ask for opens the same way', async () => {
  await using pair = await startOciPair({}, { credentials: credentialsOf(user.username, user.password) })
  pair.registry.pushImage('team/app', 'latest', 'one')
  // The newest comes first: the stranger's GET, then the HEAD that tries the credential.
  pair.registry.fault({ kind: 'tags', times: 1 }, { kind: 'status', status: 405 })
  pair.registry.fault({ kind: 'tags', times: 1 }, { kind: 'status', status: 404, body: notFound })

  await expect(pair.client.listTags(pair.app, signal)).resolves.toEqual(['latest'])
  pair.registry.forgetRequests()
  await pair.client.listTags(pair.app, signal)

  expect(said(pair)).toEqual([['tags', basic]])
})

test('what is not there for the credential either is not found, and is no reason to think more of it', async () => {
  await using pair = await startOciPair({}, { credentials: credentialsOf(user.username, user.password) })
  pair.registry.pushImage('team/web', 'latest', 'one')

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_REPOSITORY_UNKNOWN' })
  pair.registry.forgetRequests()
  await head(pair, 'team/web')

  expect(said(pair)).toEqual([['head', undefined]])
})

test('a wrong password is tried by one request, however many repositories are hidden', async () => {
  await using pair = await startOciPair({}, { credentials: credentialsOf(user.username, 'wrong') })
  pair.registry.fault({ kind: 'head' }, { kind: 'status', status: 401, body: '{"errors":[{"code":"UNAUTHORIZED"}]}' })

  const heads = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => head(pair, `team/app-${index}`)))

  const codes = heads.map((each) => (each.status === 'rejected' ? Reflect.get(Object(each.reason), 'code') : null))
  expect(new Set(codes)).toEqual(new Set(['REGISTRY_UNAUTHORIZED']))
  expect(pair.registry.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1)
})

test('a stranger is told what strangers are told', async () => {
  await using pair = await startOciPair()

  await expect(head(pair)).rejects.toMatchObject({ code: 'REGISTRY_REPOSITORY_UNKNOWN' })

  expect(said(pair)).toEqual([
    ['head', undefined],
    ['tags', undefined],
  ])
})

test.each([401, 404])('an identity token that has no use after a %i is said to have none', async (status) => {
  await using pair = await startOpen(status, credentialsOf('<token>', 'refresh-token'))

  await expect(head(pair)).rejects.toMatchObject({
    code: 'CREDENTIALS_INVALID',
    message: expect.stringContaining('takes no identity tokens'),
  })

  expect(said(pair).map(([, authorization]) => authorization)).toEqual([undefined, undefined])
})

test('where little of the budget is left, the background asks for no token either', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token', ttlSeconds: 1 } })
  for (let index = 0; index < 5; index += 1) pair.registry.pushImage(`team/app-${index}`, 'latest', 'one')
  const headers = { 'ratelimit-limit': '100', 'ratelimit-remaining': '3' }
  pair.registry.fault({ kind: 'head' }, { kind: 'headers', headers })
  const poll = (index: number) =>
    pair.client.headManifest({ ...pair.app, repository: `team/app-${index}` }, 'latest', null, signal, 'background')
  await poll(0)
  pair.registry.forgetRequests()

  for (let index = 0; index < 5; index += 1) {
    pair.timing.advance(2000)
    await expect(poll(index)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
  }

  expect(pair.registry.count()).toBe(0)
  pair.timing.advance(3_600_000)
  await expect(poll(1)).resolves.toBeTypeOf('object')
  expect(pair.registry.requests.map(({ kind }) => kind)).toEqual(['token', 'head'])
})

test('a look that the background may take stays one when the token has to be asked for again', async () => {
  await using pair = await startOciPair({ auth: { kind: 'token' } })
  pair.registry.pushImage('team/app', 'latest', 'one')
  const headers = { 'ratelimit-limit': '100', 'ratelimit-remaining': '3' }
  pair.registry.fault({ kind: 'head' }, { kind: 'headers', headers })
  const poll = () => pair.client.headManifest(pair.app, 'latest', null, signal, 'background')
  await poll()
  pair.registry.revokeTokens()
  pair.timing.advance(3_500_000)

  await expect(poll()).resolves.toBeTypeOf('object')
})
