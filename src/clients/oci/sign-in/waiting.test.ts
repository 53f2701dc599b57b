import { expect, test } from 'vitest'
import { createFakeTiming, credentialsOf } from '../../../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../../../test/fakes/registry.ts'
import { createOciClient } from '../client.ts'

const signal = new AbortController().signal
const user = { username: 'robot', password: 'let-me-in-please' }
const repositories = Array.from({ length: 12 }, (_, index) => `team/app-${index}`)

async function start(limits: { readonly requestsPerSecond: number; readonly concurrency: number }, ttlSeconds: number) {
  const timing = createFakeTiming()
  const registry = await startFakeRegistry({ auth: { kind: 'token', ...user, ttlSeconds, now: timing.now } })
  for (const each of repositories) registry.pushImage(each, 'latest', each)
  const hosts = { [registry.host]: limits }
  const client = createOciClient({ credentials: credentialsOf(user.username, user.password), timing, hosts })
  const headAll = () =>
    Promise.all(
      repositories.map((repository) =>
        client.headManifest({ registry: registry.host, repository }, 'latest', null, signal, 'background'),
      ),
    )
  return {
    registry,
    client,
    headAll,
    async [Symbol.asyncDispose]() {
      client.close()
      await registry.close()
    },
  }
}

test.each([
  ['the host is to be asked seldom', { requestsPerSecond: 2, concurrency: 16 }, 1],
  ['one request goes at a time, sign-ins to the same host among them', { requestsPerSecond: 2, concurrency: 1 }, 1],
])('a token that ends while its request waits is replaced before that is sent, where %s', async (_, limits, ttl) => {
  await using pair = await start(limits, ttl)

  await pair.headAll()

  expect(pair.registry.count('head')).toBe(repositories.length)
  expect(pair.client.standing().circuits).toEqual([])
})

test('a token that was replaced is the one that goes on to where the registry redirects', async () => {
  await using pair = await start({ requestsPerSecond: 2, concurrency: 1 }, 1)
  for (const each of repositories) pair.registry.pushImage(each, 'other', each)
  pair.registry.fault({ kind: 'head', path: '/latest' }, { kind: 'redirect', location: './other' })

  await pair.headAll()

  expect(pair.registry.count('head')).toBe(2 * repositories.length)
})

test('tokens that live on are asked for before the requests wait, of several repositories at once', async () => {
  await using pair = await start({ requestsPerSecond: 2, concurrency: 16 }, 300)

  await pair.headAll()

  expect(pair.registry.count('token')).toBe(2)
})

test('a sign-in that fails before a request is sent counts for itself, and not as that request', async () => {
  await using pair = await start({ requestsPerSecond: 2, concurrency: 1 }, 1)
  pair.registry.fault({ kind: 'token' }, { kind: 'reset' })
  pair.registry.fault({ kind: 'token', times: 1 }, { kind: 'latency', ms: 0 })

  await expect(pair.headAll()).rejects.toMatchObject({ code: 'REGISTRY_UNAVAILABLE' })

  const { requests } = pair.client.standing()
  expect(requests.filter(({ method, status }) => method === 'HEAD' && status === null)).toEqual([])
  expect(requests).toContainEqual(expect.objectContaining({ method: 'GET', status: null }))
})
