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

test('tokens that live on are asked for before the requests wait, of several repositories at once', async () => {
  await using pair = await start({ requestsPerSecond: 2, concurrency: 16 }, 300)

  await pair.headAll()

  expect(pair.registry.count('token')).toBe(2)
})
