import http from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEngine, type Engine } from './engine.ts'
import { engineRights, rightFor } from './engine-rights.ts'
import { refusal } from './refusal.ts'

const { signal } = new AbortController()
const nothing = () => undefined
const filters = { types: ['container'], actions: ['start'] }

/** A call that makes each request. */
const calls: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  'GET /version': (engine) => engine.ping(signal),
  'GET /events': (engine) => engine.followEvents(filters, nothing, signal).next(),
  'GET /containers/json': (engine) => engine.listContainers(signal),
  'GET /containers/{id}/json': (engine) => engine.inspectContainer('web', signal),
  'GET /containers/{id}/logs': (engine) => engine.logTail('web', false, 1, 100, signal),
  'POST /containers/create': (engine) => engine.createContainer('web', { Image: 'web', HostConfig: {} }, null, signal),
  'POST /containers/{id}/start': (engine) => engine.startContainer('web', signal),
  'POST /containers/{id}/stop': (engine) => engine.stopContainer('web', 1000, signal),
  'POST /containers/{id}/restart': (engine) => engine.restartContainer('web', 1000, signal),
  'POST /containers/{id}/rename': (engine) => engine.renameContainer('web', 'other', signal),
  'POST /containers/{id}/update': (engine) => engine.setRestartPolicy('web', { Name: 'no' }, signal),
  'DELETE /containers/{id}': (engine) => engine.removeContainer('web', false, signal),
  'POST /containers/{id}/exec': (engine) => engine.startExec('web', ['true'], signal),
  'POST /exec/{id}/start': (engine) => engine.startExec('web', ['true'], signal),
  'GET /exec/{id}/json': (engine) => engine.inspectExec('one', signal),
  'GET /images/json': (engine) => engine.listImageTags('web', signal),
  'GET /images/{image}/json': (engine) => engine.inspectImage('localhost:5000/a/web:1', signal),
  'POST /images/create': (engine) =>
    engine.pull({ repository: 'web', reference: '1', platform: null, auth: null }, nothing, signal),
  'POST /images/{image}/tag': (engine) => engine.tagImage('sha256:00', 'web', '1', signal),
  'DELETE /images/{image}': (engine) => engine.removeImageReference('web:1', signal),
  'POST /networks/{id}/connect': (engine) => engine.connectNetwork('shared', 'web', {}, signal),
  'POST /networks/{id}/disconnect': (engine) => engine.disconnectNetwork('shared', 'web', signal),
  'GET /networks/{id}': (engine) => engine.hasNetwork('shared', signal),
}

const page = '<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>'
let denied = ''
let server: http.Server
let engine: Engine
let address: string

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const right = rightFor(request.method ?? '', path)
    if (right !== undefined && `${right.method} ${right.path}` === denied) return response.writeHead(403).end(page)
    const answer = path === '/version' ? { ApiVersion: '1.45', Os: 'linux', Arch: 'amd64' } : { Id: 'one' }
    return response.writeHead(200).end(JSON.stringify(answer))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  address = `tcp://127.0.0.1:${bound.port}`
  engine = createEngine({ hostname: '127.0.0.1', port: bound.port })
})

afterAll(async () => {
  engine.close()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

describe('a proxy that denies a call', () => {
  test.each(engineRights.map((right) => [`${right.method} ${right.path}`, right.variables] as const))(
    'is told what it lacks: %s',
    async (name, variables) => {
      denied = name
      const error: unknown = await calls[name]?.(engine).catch((thrown: unknown) => thrown)

      expect(error).toMatchObject({
        code: 'TARGET_FORBIDDEN',
        message: expect.stringMatching(new RegExp(`^the proxy at ${address} refuses ${name.split('{')[0]}`)),
      })
      const [, given] = String(error).split(': give it ')
      expect(given?.split(/, | and /)).toEqual(variables.map((each) => `${each}=1`))
    },
  )

  test('is quoted with the request as it was sent', async () => {
    denied = 'POST /containers/create'
    await expect(calls[denied]?.(engine)).rejects.toThrow(
      `the proxy at ${address} refuses POST /containers/create: give it CONTAINERS=1 and POST=1`,
    )
  })
})

const request = { method: 'POST', path: '/v1.45/containers/web/stop' } as const
const where = { subject: 'POST /containers/web/stop', address: '/run/docker.sock' }
const asEngine = (message: string) => ({ body: JSON.stringify({ message }), message })
const asPage = (text: string) => ({ body: text, message: text })

describe('an answer', () => {
  test.each([
    [403, asPage('Forbidden'), 'refuses POST /containers/web/stop: give it CONTAINERS=1 and POST=1'],
    [401, asPage('sign in'), 'give it CONTAINERS=1 and POST=1'],
    [405, asPage('method not allowed'), 'give it CONTAINERS=1 and POST=1'],
    [403, asPage(''), 'give it CONTAINERS=1 and POST=1'],
    [
      403,
      asEngine('authorization denied by plugin opa: no stops'),
      'the engine at /run/docker.sock refuses POST /containers/web/stop: authorization denied by plugin opa: no stops; allow it there',
    ],
  ])('%i %j is a refusal', (status, answer, sentence) => {
    expect(refusal(request, { status, ...answer }, where)?.message).toContain(sentence)
  })

  test.each([
    [403, asEngine('Address already in use')],
    [404, asPage('page not found')],
    [500, asPage('Internal Server Error')],
  ])('%i %j is none', (status, answer) => {
    expect(refusal(request, { status, ...answer }, where)).toBeNull()
  })

  test('of which nothing is known names the request alone', () => {
    const answer = { status: 403, ...asPage('no') }
    const unknown = { method: 'POST', path: '/v1.45/build' } as const

    expect(refusal(unknown, answer, { ...where, subject: 'POST /build' })?.message).toBe(
      'the proxy at /run/docker.sock refuses POST /build: allow it there',
    )
  })
})
