import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { credentialsOf } from '../../../../test/fakes/oci-client.ts'
import { createOciClient } from '../client.ts'

const signal = new AbortController().signal
const credentials = credentialsOf('robot', 'let-me-in-please')

/** A registry that answers like this, with a client of its own. */
async function start(answer: (request: IncomingMessage, response: ServerResponse, host: string) => void) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? ''))
    answer(request, response, host)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : ''}`
  const client = createOciClient({ credentials, limits: { tries: 1 } })
  return {
    asked,
    client,
    app: { registry: host, repository: 'team/app' },
    async [Symbol.asyncDispose]() {
      client.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const json = (response: ServerResponse, status: number, body: unknown, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const imageIndex = 'application/vnd.oci.image.index.v1+json'
const errors = (code: string) => ({ errors: [{ code, message: code.toLowerCase() }] })

/** As GHCR does: refuses tokens with 403, be it for want of rights or of a good password. */
const likeGhcr = (isGood: boolean) =>
  start((request, response, host) => {
    const isToken = request.url?.startsWith('/token') === true
    if (isToken && isGood && !request.url?.includes('scope=')) return json(response, 200, { token: 'nothing' })
    if (isToken) return json(response, 403, errors('DENIED'))
    const challenge = `Bearer realm="http://${host}/token",service="ghcr.io",scope="repository:user/image:pull"`
    return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': challenge })
  })

test('a password that is refused as if rights were missing is tried twice, however many repositories wait', async () => {
  await using registry = await likeGhcr(false)
  const names = Array.from({ length: 20 }, (_, index) => `team/app-${index}`)
  const poll = (repository: string) =>
    registry.client.headManifest({ ...registry.app, repository }, 'latest', null, signal, 'background')

  for (let round = 0; round < 2; round += 1) {
    for (const ended of await Promise.allSettled(names.map(poll))) {
      expect(ended).toMatchObject({ reason: { code: 'REGISTRY_UNAUTHORIZED' } })
    }
  }

  expect(registry.asked.filter((path) => path.startsWith('/token'))).toHaveLength(2)
  expect(registry.client.standing().circuits).toMatchObject([{ kind: 'credential-refused', account: 'robot' }])
})

test('a good password without rights is told as that, and proven good once', async () => {
  await using registry = await likeGhcr(true)

  for (const repository of ['team/app', 'team/web', 'team/db']) {
    await expect(
      registry.client.headManifest({ ...registry.app, repository }, 'latest', null, signal),
    ).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  }

  const proofs = registry.asked.filter((path) => path.startsWith('/token') && !path.includes('scope='))
  expect(proofs).toHaveLength(1)
})

/** As Azure does: its lists want a right of their own. */
const likeAzure = (wanted: string) =>
  start((request, response, host) => {
    const url = new URL(request.url ?? '', 'http://registry')
    if (url.pathname === '/token') return json(response, 200, { access_token: url.searchParams.getAll('scope').join() })
    const needed = url.pathname.endsWith('/tags/list') ? wanted : 'repository:team/app:pull'
    if (request.headers.authorization === `Bearer ${needed}`)
      return json(response, 200, { name: 'team/app', tags: ['1'] })
    const challenge = `Bearer realm="http://${host}/token",service="azure",scope="${needed}",error="insufficient_scope"`
    return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': challenge })
  })

test('a list is asked for with the right that the registry wants for it, from then on at once', async () => {
  await using registry = await likeAzure('repository:team/app:metadata_read')

  await expect(registry.client.listTags(registry.app, signal)).resolves.toEqual(['1'])
  registry.asked.length = 0
  await expect(registry.client.listTags(registry.app, signal)).resolves.toEqual(['1'])

  expect(registry.asked).toEqual(['/v2/team/app/tags/list?n=1000'])
})

test.each([
  'repository:team/app:pull,push',
  'repository:team/app:delete',
  'repository:team/other:metadata_read',
  'registry:catalog:*',
])('no right is asked for because a registry names %s', async (wanted) => {
  await using registry = await likeAzure(wanted)

  await expect(registry.client.listTags(registry.app, signal)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })

  for (const path of registry.asked.filter((each) => each.startsWith('/token'))) {
    expect(path).toMatch(/scope=repository:team\/app:pull$/)
  }
})

test('a right for lists that is refused refuses the list alone', async () => {
  await using registry = await start((request, response, host) => {
    const url = new URL(request.url ?? '', 'http://registry')
    const scope = url.searchParams.get('scope') ?? ''
    if (url.pathname === '/token' && scope.includes('metadata_read')) return json(response, 401, errors('UNAUTHORIZED'))
    if (url.pathname === '/token') return json(response, 200, { token: 'good' })
    const isList = url.pathname.endsWith('/tags/list')
    if (request.headers.authorization === 'Bearer good' && !isList) {
      const digest = `sha256:${'0'.repeat(64)}`
      return json(response, 200, {}, { 'content-type': imageIndex, 'docker-content-digest': digest })
    }
    const challenge = `Bearer realm="http://${host}/token",service="x",scope="repository:team/app:metadata_read"`
    return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': challenge })
  })
  const poll = () => registry.client.headManifest(registry.app, 'latest', null, signal, 'background')
  await poll()

  await expect(registry.client.listTags(registry.app, signal, 'background')).rejects.toMatchObject({
    code: 'REGISTRY_FORBIDDEN',
  })

  await expect(poll()).resolves.toBeTypeOf('object')
  expect(registry.client.standing().circuits).toMatchObject([{ kind: 'repository-refused' }])
})

test('a refusal of the sign-in that says of something that it is not there is none of the image', async () => {
  await using registry = await start((request, response, host) => {
    if (request.url?.startsWith('/token') === true) return json(response, 404, errors('NAME_UNKNOWN'))
    const challenge = `Bearer realm="http://${host}/token",service="x"`
    return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': challenge })
  })

  await expect(registry.client.headManifest(registry.app, 'latest', null, signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
  })
})

test('a door that leads elsewhere proves no password', async () => {
  await using other = await start((_request, response) => json(response, 200, {}))
  await using registry = await start((request, response) => {
    if (request.headers.authorization === undefined) {
      return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': 'Basic realm="x"' })
    }
    response.writeHead(307, { location: `http://${other.app.registry}${request.url ?? ''}` }).end()
  })

  await expect(registry.client.headManifest(registry.app, 'latest', null, signal)).rejects.toMatchObject({
    code: 'REGISTRY_REFUSED',
  })
  expect(other.asked).toEqual([])
})

test('a signed schema 1 manifest, whose digest is not that of its bytes, is told as what it is', async () => {
  const type = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
  await using registry = await start((request, response) => {
    if (request.url === '/v2/') return json(response, 200, {})
    return json(
      response,
      200,
      { schemaVersion: 1 },
      { 'content-type': type, 'docker-content-digest': `sha256:${'0'.repeat(64)}` },
    )
  })

  await expect(registry.client.headManifest(registry.app, 'old', null, signal)).rejects.toMatchObject({
    code: 'MANIFEST_INVALID',
    message: expect.stringContaining('schema 1'),
  })
})

test.each([0, -1])('a token that ends after %i s is used for a minute all the same', async (expires_in) => {
  await using registry = await start((request, response, host) => {
    if (request.url?.startsWith('/token') === true) return json(response, 200, { token: 'good', expires_in })
    const challenge = `Bearer realm="http://${host}/token",service="x"`
    if (request.headers.authorization !== 'Bearer good') {
      return json(response, 401, errors('UNAUTHORIZED'), { 'www-authenticate': challenge })
    }
    return json(response, 200, { name: 'team/app', tags: ['1'] })
  })

  for (let times = 0; times < 3; times += 1) await registry.client.listTags(registry.app, signal)

  expect(registry.asked.filter((path) => path.startsWith('/token'))).toHaveLength(1)
})
