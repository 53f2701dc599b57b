import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { createConnections } from './connections.ts'
import { openListener, usualLimits, type Listener, type ListenerLimits } from './listener.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let listener: Listener | undefined
const clients: Socket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await listener?.close()
})

const readFile = () => Promise.reject(new Error('there is no TLS here'))
const fine: Answer = (request, response) => void request.resume().once('end', () => response.end('fine'))

async function listen(limits: Partial<ListenerLimits> = {}, { answer = fine, host = '127.0.0.1' } = {}) {
  const asked: string[] = []
  const every = { ...usualLimits, ...limits }
  const connections = createConnections(every, () => false)
  const own = await openListener(
    {
      clock: systemClock,
      log: createLog('error', 'plain', () => {}),
      readFile,
      connections,
      answer: (request, response) => {
        asked.push(request.url ?? '')
        answer(request, response)
      },
    },
    { host, port: 0, tls: null },
    every,
  )
  listener = own
  const port = Number(new URL(own.address).port)
  const open = (): Socket => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    clients.push(socket)
    return socket
  }
  /** Sends bytes and gives all that comes back until the server ends the connection. */
  const talk = async (...parts: readonly (string | Buffer)[]): Promise<string> => {
    const socket = open()
    for (const part of parts) socket.write(part)
    return text(socket).catch(() => 'reset')
  }
  return { own, connections, asked, port, open, talk }
}

const get = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${more}\r\n`
const post = (more: string): string => `POST / HTTP/1.1\r\nhost: localhost\r\n${more}`
const ended = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.resume().once('close', resolve))
const until = (promise: Promise<unknown>): { readonly isOver: boolean } => {
  const state = { isOver: false }
  void promise.then(() => (state.isOver = true))
  return state
}

describe('a request that cannot be told where it ends', () => {
  test.each([
    ['two lengths', post('content-length: 3\r\ncontent-length: 3\r\n\r\nabc')],
    ['two lengths that differ', post('content-length: 3\r\ncontent-length: 4\r\n\r\nabcd')],
    ['a length and chunks', post('content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n')],
    ['a length that is none', post('content-length: -3\r\n\r\nabc')],
    ['a length with a sign', post('content-length: +3\r\n\r\nabc')],
    ['two lengths in one', post('content-length: 3, 3\r\n\r\nabc')],
    [
      'chunks and then another coding',
      post('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n'),
    ],
    ['a folded header', post('x: a\r\n b\r\ncontent-length: 0\r\n\r\n')],
    ['a space before the colon', post('content-length : 0\r\n\r\n')],
    ['ends of lines that are none', 'GET / HTTP/1.1\nhost: localhost\n\n'],
    ['a null in a header', post('x: a\0b\r\ncontent-length: 0\r\n\r\n')],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3])],
  ])('is refused: %s', async (_, bytes) => {
    const { talk, asked } = await listen()

    expect(await talk(bytes)).toMatch(/^HTTP\/1\.1 400 /)

    expect(asked).toEqual([])
  })

  test.each([
    ['another coding than chunks', 'transfer-encoding: gzip\r\n\r\n0\r\n\r\n'],
    ['a chunk that is none', 'transfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['an endless note on a chunk', `transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(70_000)}`],
    ['endless headers after the body', `transfer-encoding: chunked\r\n\r\n0\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`],
  ])('is never there as a whole: %s', async (_, rest) => {
    const whole: string[] = []
    const { talk } = await listen({}, { answer: (request) => void request.resume().once('end', () => whole.push('')) })

    expect(await talk(post(rest))).toMatch(/^(HTTP\/1\.1 4|$|reset)/)

    expect(whole).toEqual([])
  })
})

test('whatever bytes come, and in whatever pieces, the next one is answered', async () => {
  const { open, port, connections } = await listen({ headersMs: 100, requestMs: 200 })
  const words = [
    post('content-length: 5\r\n\r\n'),
    get('/'),
    'transfer-encoding: chunked\r\n',
    'expect: 100-continue\r\n',
    '\r\n',
    '\0',
    ':',
    'x',
  ]
  const piece = fc.oneof(fc.constantFrom(...words), fc.string(), fc.uint8Array({ maxLength: 50 }))

  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.boolean(), async (pieces, isReset) => {
      const socket = open()
      for (const each of pieces) socket.write(each)
      if (isReset) socket.resetAndDestroy()
      else socket.end()
      await ended(socket)
      expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200)
    }),
    { numRuns: 150 },
  )

  // That of `fetch` is kept.
  await vi.waitFor(() => expect(connections.count).toBeLessThanOrEqual(1), 5_000)
})

describe('what is no use here', () => {
  test('more headers than anybody writes are refused', async () => {
    const { talk, asked } = await listen()

    expect(await talk(get('/', 'x: y\r\n'.repeat(100)))).toMatch(/^HTTP\/1\.1 431 [^]*"REQUEST_INVALID"/)
    expect(asked).toEqual([])
    expect(await talk(get('/', `connection: close\r\n${'x: y\r\n'.repeat(98)}`))).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('nobody is let through to another host, or to another protocol', async () => {
    const { talk, asked } = await listen()

    expect(await talk('CONNECT evil.example.com:443 HTTP/1.1\r\nhost: localhost\r\n\r\n')).toBe('')
    expect(asked).toEqual([])
    const upgrading = get('/', 'connection: upgrade, close\r\nupgrade: websocket\r\n')
    expect(await talk(upgrading)).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('expectations other than of an answer are not met', async () => {
    const { talk, asked } = await listen()

    const answer = await talk(post('expect: cake\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc'))

    expect(answer).toMatch(/^HTTP\/1\.1 417 /)
    expect(asked).toEqual([])
  })

  test('of requests that do not wait for their answers, the first alone is answered, and none of the others heard', async () => {
    const { talk, asked } = await listen(
      {},
      { answer: (_, response) => void setTimeout(() => response.end('first'), 20) },
    )

    const answers = await talk(...Array.from({ length: 50 }, (_, index) => get(`/${index}`)))

    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
    expect(answers).toMatch(/connection: close/i)
    expect(asked).toEqual(['/0'])
  })

  test('of thousands that are sent at once hardly any is even parsed', async () => {
    const { talk, connections } = await listen(
      {},
      { answer: (_, response) => void setTimeout(() => response.end('first'), 20) },
    )
    const begin = vi.spyOn(connections, 'begin')

    const answers = await talk(get('/').repeat(5_000))

    // It may be reset, for what was never read.
    expect(answers).toMatch(/^HTTP\/1\.1 200 |^reset$/)
    expect(begin.mock.calls.length).toBeLessThan(100)
  })
})

describe('time', () => {
  test.each([
    ['nothing at all', ['']],
    ['headers letter by letter', [...'GET / HTTP/1.1\r\nhost: localhost\r\nx: this goes on and on and on']],
    ['a body letter by letter', [post('content-length: 1000\r\n\r\n'), ...'x'.repeat(60)]],
    [
      'chunks that never end',
      [post('transfer-encoding: chunked\r\n\r\n'), ...Array.from({ length: 60 }, () => '1\r\nx\r\n')],
    ],
  ])('is over as a whole, however slowly it comes: %s', async (_, parts) => {
    const { open } = await listen({ headersMs: 150, requestMs: 300 })
    const socket = open()
    const over = until(ended(socket))

    // What trickles is never quiet for longer than a limit of quiet would allow.
    for (const part of parts) {
      if (over.isOver) break
      socket.write(part)
      await delay(40)
    }

    await vi.waitFor(() => expect(over.isOver).toBe(true), 10_000)
  })

  test('is over for who asks and never reads', async () => {
    const large = Buffer.alloc(64 * 1024 * 1024)
    const { open, connections } = await listen(
      { idleMs: 200, requestMs: 200, headersMs: 200 },
      { answer: (_, response) => void response.end(large) },
    )
    const socket = open()
    socket.pause()
    socket.write(get('/'))

    await vi.waitFor(() => expect(connections.count).toBe(1), 10_000)
    await vi.waitFor(() => expect(connections.count).toBe(0), 10_000)
  })

  test('is over for a connection that is kept and not used', async () => {
    const { open } = await listen({ idleMs: 100 })
    const socket = open()
    socket.write(get('/'))

    await ended(socket)
  })

  test('is over at once for who goes away without an answer, and for who goes away in the middle of a request', async () => {
    const { open, connections } = await listen({}, { answer: () => {} })
    open().end(get('/'))
    open().end(post('content-length: 1000\r\n\r\nx'))

    await vi.waitFor(() => expect(connections.count).toBe(0), 10_000)
  })

  test('a connection is ended after so many requests, after the answer to the last', async () => {
    const { port } = await listen({ requestsMax: 3 })
    const { Agent } = await import('node:http')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const told: (string | undefined)[] = []
    for (let times = 0; times < 4; times += 1) {
      await new Promise<void>((resolve) => {
        ask({ port, host: '127.0.0.1', agent }, (response) => {
          told.push(response.headers.connection)
          response.resume().once('end', resolve)
        }).end()
      })
    }
    agent.destroy()

    expect(told).toEqual(['keep-alive', 'keep-alive', 'close', 'keep-alive'])
  })
})

describe('the end', () => {
  test('lets what is being answered be answered, and keeps nothing else', async () => {
    const answers: ServerResponse[] = []
    const { own, open, connections } = await listen({}, { answer: (_, response) => void answers.push(response) })
    const [asking, slow, silent] = [open(), open(), open()]
    asking.write(get('/'))
    slow.write(post('content-length: 1000\r\n\r\nx'))
    await vi.waitFor(() => expect([answers.length, connections.count]).toEqual([2, 3]), 10_000)
    const told = text(asking)

    const closed = own.close()
    await Promise.all([ended(slow), ended(silent)])
    answers[0]?.end('to the end')
    await closed

    expect(await told).toMatch(/connection: close[^]*to the end$/i)
    expect(connections.count).toBe(0)
  })

  test('comes, whatever is never answered', async () => {
    const { own, open, connections } = await listen({}, { answer: () => {} })
    open().write(get('/'))
    await vi.waitFor(() => expect(connections.count).toBe(1), 10_000)

    await own.close()

    expect(connections.count).toBe(0)
  })
})

test('a name is listened for at each of its addresses', async () => {
  const { own, port } = await listen({}, { host: 'localhost' })

  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('fine')
  expect(own.address).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/)
})
