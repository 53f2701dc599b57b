import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { startFakeClock } from '../../test/fakes/clock.ts'
import { publicParts, word } from '../../test/fakes/public-listener.ts'
import { envelope } from '../../test/fakes/event-requests.ts'
import { createOverview } from '../app/answers/overview.ts'
import { createReadiness } from '../app/answers/read-readiness.ts'
import { AppError } from '../errors.ts'
import { eventMaxBytes } from './body-reader.ts'
import { usualLimits, type ListenerLimits } from './listener/listener.ts'
import { createPublicApp, type PublicDeps } from './public-app.ts'
import type { AppServer } from './listener/serve-app.ts'
import { openPublicServer } from './public-server.ts'

function start() {
  const clock = startFakeClock()
  const { store, lines, deps: parts } = publicParts(clock)
  const overview = createOverview()
  const view = overview.add('local')
  view.sees([])
  const late: string[] = []
  const engine = { name: 'local', ping: async (): Promise<void> => {} }
  const readiness = createReadiness({ store, overview, clock, targets: [engine] })
  const deps: PublicDeps = { ...parts, late: () => late, readiness }
  const app = createPublicApp(deps)
  const post = (
    options: { body?: string | Buffer; headers?: Record<string, string>; url?: string; as?: string } = {},
  ) =>
    app.inject({
      method: 'POST',
      url: options.url ?? '/hooks/registry',
      payload: options.body ?? JSON.stringify(envelope()),
      headers: { authorization: `Bearer ${options.as ?? word}`, ...options.headers },
    })
  return { app, store, clock, overview, view, engine, lines, late, deps, post }
}

describe('POST /hooks/<source>', () => {
  test.each([
    'application/vnd.docker.distribution.events.v1+json',
    'application/vnd.docker.distribution.events.v2+json',
    'application/json',
    'text/plain',
    'application/x-unheard-of',
    'json',
    '',
    'application/',
    'application/json, text/plain',
    'application/json; charset',
  ])('accepts what is sent as %s once it is kept', async (type) => {
    const { store, post } = start()

    const answer = await post({ headers: { 'content-type': type } })

    expect(answer.statusCode).toBe(202)
    expect(answer.json()).toEqual({ status: 'accepted' })
    expect(await store.pendingEvents(10)).toHaveLength(1)
  })

  test.each([
    ['what nobody follows', JSON.stringify(envelope({ repository: 'nobody/knows' }))],
    ['what is no image', JSON.stringify(envelope({ repository: '../..' }))],
    ['what cannot be read', '{'],
    ['nothing at all', ''],
  ])('accepts %s all the same', async (_, body) => {
    expect((await start().post({ body })).statusCode).toBe(202)
  })

  test('refuses a source that there is not as it refuses a wrong secret', async () => {
    const { post } = start()

    const wrong = await post({ as: 'wrong-wrong-wrong-wrong' })
    const unknown = await post({ url: '/hooks/unknown' })

    expect(wrong.statusCode).toBe(401)
    expect(wrong.json()).toMatchObject({ error: { code: 'EVENT_UNAUTHORIZED' } })
    expect(unknown.statusCode).toBe(401)
    expect(unknown.json()).toEqual(wrong.json())
  })

  test('looks at the size before the secret, and at the secret before the body', async () => {
    const { post, store } = start()

    const large = await post({ body: Buffer.alloc(3 * 1024 * 1024 + 1), as: 'wrong' })
    const poison = await post({ body: '{', as: 'wrong' })

    expect(large.statusCode).toBe(413)
    expect(large.json()).toMatchObject({ error: { code: 'EVENT_TOO_LARGE' } })
    expect(poison.statusCode).toBe(401)
    expect(await store.deadLetters()).toEqual([])
  })

  test.each([
    ['no text', '/hooks/%ff'],
    ['far too long', `/hooks/${'a'.repeat(300)}`],
  ])('knows no source whose name is %s, and says so as always', async (_, url) => {
    const answer = await start().post({ url })

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ error: { code: 'ROUTE_NOT_FOUND' } })
  })

  test('does not unpack', async () => {
    const answer = await start().post({ headers: { 'content-encoding': 'gzip' } })

    expect(answer.statusCode).toBe(415)
    expect(answer.json()).toMatchObject({ error: { code: 'EVENT_ENCODED' } })
  })

  test('slows down who fails, and nobody who knows the secret', async () => {
    const { clock, lines, post } = start()
    for (let times = 0; times < 10; times += 1) expect((await post({ as: 'wrong' })).statusCode).toBe(401)

    const slowed = await post({ as: 'wrong' })

    expect(slowed.statusCode).toBe(429)
    expect(slowed.headers['retry-after']).toBe('60')
    expect((await post()).statusCode).toBe(202)
    expect(lines.filter((line) => line.includes('did not know the secret'))).toHaveLength(1)
    clock.advance(60_000)
    expect((await post({ as: 'wrong' })).statusCode).toBe(401)
  })

  test('asks to try again when it cannot be kept, and says why in the log alone', async () => {
    const { store, lines, post } = start()
    store.receiveEvents = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk at /secret/place is full'))

    const answer = await post()

    expect(answer.statusCode).toBe(503)
    expect(answer.headers['retry-after']).toBe('10')
    expect(answer.json()).toMatchObject({ error: { code: 'EVENT_NOT_KEPT' } })
    expect(answer.body).not.toContain('/secret/place')
    expect(lines.join()).toContain('STATE_UNWRITABLE')
  })

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'] as const)('%s changes nothing', async (method) => {
    const { app, store } = start()

    const answer = await app.inject({ method, url: '/hooks/registry', headers: { authorization: `Bearer ${word}` } })

    expect(answer.statusCode).toBe(404)
    expect(answer.json()).toMatchObject({ error: { code: 'ROUTE_NOT_FOUND' } })
    expect(await store.pendingEvents(10)).toEqual([])
  })
})

describe('health', () => {
  const ask = async ({ app }: ReturnType<typeof start>, url: string) => {
    const answer = await app.inject(url)
    return { status: answer.statusCode, body: answer.json<unknown>() }
  }

  test('is alive while its loops go on', async () => {
    const started = start()
    expect(await ask(started, '/healthz')).toEqual({ status: 200, body: { status: 'ok' } })

    started.late.push('local')

    expect(await ask(started, '/healthz')).toEqual({ status: 503, body: { status: 'stuck', loops: ['local'] } })
  })

  test('is ready when the state can be written, the targets answer, and nothing is held', async () => {
    expect(await ask(start(), '/readyz')).toEqual({ status: 200, body: { status: 'ready', reasons: [] } })
  })

  test('says all that is in the way', async () => {
    const started = start()
    const { store, view, clock } = started
    const reason = { code: 'STATE_LOST', sentence: 'look first' }
    await store.setHold({ reason, since: '2026-11-20T12:00:00.000Z' })
    view.fails(new AppError('TARGET_UNAVAILABLE', 'the engine is away'))

    expect(await ask(started, '/readyz')).toEqual({
      status: 503,
      body: {
        status: 'not-ready',
        reasons: [
          { part: 'hold', ...reason },
          { part: 'target local', code: 'TARGET_UNAVAILABLE', sentence: 'the engine is away' },
        ],
      },
    })

    store.checkWritable = () => Promise.reject(new AppError('STATE_UNWRITABLE', 'the disk at /secret/place is full'))
    clock.advance(5_000)
    const answer = await ask(started, '/readyz')
    expect(answer).toMatchObject({ status: 503, body: { reasons: [{ part: 'state', code: 'STATE_UNWRITABLE' }, {}] } })
    expect(JSON.stringify(answer)).not.toContain('/secret/place')
  })

  test('notices a target that died since it was looked at last, however far the next look is', async () => {
    const started = start()
    expect(await ask(started, '/readyz')).toMatchObject({ status: 200 })

    started.engine.ping = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine listens'))
    started.clock.advance(1_000)

    expect(await ask(started, '/readyz')).toMatchObject({
      status: 503,
      body: { reasons: [{ part: 'target local', code: 'TARGET_UNAVAILABLE', sentence: 'no engine listens' }] },
    })
  })

  test('says once what is in the way of all that is on one target', async () => {
    const { app, view, overview } = start()
    const trouble = new AppError('TARGET_UNAVAILABLE', 'no engine listens')
    view.fails(trouble)
    overview.add('local').fails(trouble)

    expect((await app.inject('/readyz')).json()).toMatchObject({
      reasons: [{ part: 'target local', code: 'TARGET_UNAVAILABLE' }],
    })
    expect((await app.inject('/readyz')).json<{ reasons: unknown[] }>().reasons).toHaveLength(1)
  })

  test('does not write for everybody who asks', async () => {
    const started = start()
    let writes = 0
    started.store.checkWritable = async () => void (writes += 1)

    for (let times = 0; times < 100; times += 1) await ask(started, '/readyz')

    expect(writes).toBe(1)
  })
})

describe('over a socket', () => {
  let server: AppServer | undefined
  afterEach(() => server?.close())

  const readFile = () => Promise.reject(new Error('there is no TLS here'))
  const listen = async (limits: Partial<ListenerLimits> = {}) => {
    const started = start()
    const deps = { ...started.deps, readFile }
    server = await openPublicServer(deps, { host: '127.0.0.1', port: 0 }, { ...usualLimits, ...limits })
    return { ...started, server, port: Number(new URL(server.address).port) }
  }

  /** Sends bytes and gives all that comes back until the server ends the connection. */
  const talk = async (port: number, ...parts: readonly string[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    for (const part of parts) socket.write(part)
    return text(socket)
  }

  test.each([
    ['headers', 'POST /hooks/registry HTTP/1.1\r\nhost: x\r\n'],
    ['a body', 'POST /hooks/registry HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n{'],
  ])('ends a connection that never comes to the end of %s', async (_, beginning) => {
    const { port } = await listen({ headersMs: 200, requestMs: 400 })

    expect(await talk(port, beginning)).toMatch(/^HTTP\/1\.1 408 [^]*"REQUEST_INVALID"/)
  })

  test('refuses headers of more than 64 KiB, in JSON', async () => {
    const { port } = await listen()

    const answer = await talk(port, 'POST /hooks/registry HTTP/1.1\r\nhost: x\r\n', `x: ${'x'.repeat(70_000)}\r\n\r\n`)

    expect(answer).toMatch(/^HTTP\/1\.1 431 [^]*"REQUEST_INVALID"/)
  })

  test('stops reading a body that grows past the limit without having told its length', async () => {
    const {
      server: { address },
    } = await listen()
    const chunk = new Uint8Array(256 * 1024)
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 1000) controller.close()
        else controller.enqueue(chunk)
      },
    })

    const answer = await fetch(`${address}/hooks/registry`, { method: 'POST', body, duplex: 'half' }).catch(() => null)

    // Node may see the reset before the answer.
    expect([413, undefined]).toContain(answer?.status)
    expect(sent).toBeLessThan(100)
  })

  test('has room for so many large bodies at a time, and for small ones always', async () => {
    const {
      port,
      server: { address },
    } = await listen()
    const slow = Array.from({ length: 11 }, () => connect(port, '127.0.0.1'))
    const begun = slow.map((socket) => {
      const head = `POST /hooks/registry HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${word}\r\n`
      socket.write(`${head}content-length: ${eventMaxBytes}\r\n\r\n${'x'.repeat(eventMaxBytes - 1)}`)
      return new Promise<string>((resolve) =>
        socket.once('data', (data) => resolve(data.toString())).once('close', () => resolve('')),
      )
    })

    const refused = await Promise.race(begun)
    const small = await fetch(`${address}/hooks/registry`, {
      method: 'POST',
      body: JSON.stringify(envelope()),
      headers: { authorization: `Bearer ${word}` },
    })

    expect(refused).toMatch(/^HTTP\/1\.1 503 [^]*retry-after: 10[^]*"EVENT_BUSY"/)
    expect(small.status).toBe(202)
    for (const socket of slow) socket.destroy()
    await Promise.all(begun)
  })

  test('says when its port is taken', async () => {
    const { port, deps } = await listen()

    await expect(openPublicServer({ ...deps, readFile }, { host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
    })
  })
})
