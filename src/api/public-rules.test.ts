import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { envelope } from '../../test/fakes/event-requests.ts'
import { publicParts, startPublicServer, word } from '../../test/fakes/public-listener.ts'
import { systemClock } from '../lib/clock.ts'
import { createPublicApp, usualRules, type PublicRules } from './public-app.ts'

const app = (rules: Partial<PublicRules> = {}) => {
  const parts = publicParts()
  return { ...parts, app: createPublicApp(parts.deps, { ...usualRules, ...rules }) }
}

let running: Awaited<ReturnType<typeof startPublicServer>> | undefined
afterEach(async () => {
  await running?.close()
  running = undefined
})
const listen = async (options: Parameters<typeof startPublicServer>[0] = {}) => {
  running = await startPublicServer(options)
  return running
}

const begin = (path: string, more: string, host = 'localhost'): string =>
  `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${word}\r\n${more}\r\n`

describe('the host that a request names', () => {
  test.each(['/healthz', '/readyz', '/', '/nothing'])('is not a stranger’s at %s', async (url) => {
    const answer = await app().app.inject({ url, headers: { host: 'evil.example.com' } })

    expect(answer.statusCode).toBe(421)
    expect(answer.json()).toMatchObject({ error: { code: 'HOST_UNKNOWN' } })
  })

  test('may be any where a secret is asked for, as long as no names are written down', async () => {
    const post = { method: 'POST', url: '/hooks/registry', headers: { host: 'evil.example.com' } } as const

    expect((await app().app.inject(post)).statusCode).toBe(401)
    expect((await app({ hosts: ['longshore.example.com'] }).app.inject(post)).statusCode).toBe(421)
  })

  test('is one of those that are written down', async () => {
    const rules = { hosts: ['longshore.example.com'] }

    const answer = await app(rules).app.inject({ url: '/healthz', headers: { host: 'longshore.example.com' } })

    expect(answer.statusCode).toBe(200)
  })

  test('is one, and what a proxy passes on as another is not looked at', async () => {
    const { talk } = await listen()

    const two = await talk(
      'GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example.com\r\nconnection: close\r\n\r\n',
    )
    const forwarded =
      'GET /healthz HTTP/1.1\r\nhost: evil.example.com\r\nx-forwarded-host: localhost\r\nconnection: close\r\n\r\n'

    expect(two).toMatch(/^HTTP\/1\.1 400 /)
    expect(await talk(forwarded)).toMatch(/^HTTP\/1\.1 421 /)
  })

  test('need not be there in HTTP/1.0, and is that of a whole address where one is asked for', async () => {
    const { talk } = await listen()

    expect(await talk('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
    const absolute = 'GET http://evil.example.com/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n'
    expect(await talk(absolute)).toMatch(/^HTTP\/1\.1 421 /)
    expect(await talk(absolute.replace('evil.example.com', '127.0.0.1'))).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a body with an encoding', () => {
  test.each([
    ['gzip', 'content-encoding: gzip\r\n'],
    ['several', 'content-encoding: identity, gzip\r\n'],
    ['a second header', 'content-encoding: identity\r\ncontent-encoding: br\r\n'],
    ['one that nobody knows', 'content-encoding: x\r\n'],
    ['gzip on the way', 'transfer-encoding: gzip, chunked\r\n'],
  ])('is refused before it comes: %s', async (_, header) => {
    const { talk, store } = await listen()
    const length = header.startsWith('transfer') ? '' : 'content-length: 3000000\r\n'

    // Were a byte of the body waited for, nothing would come back.
    const answer = await talk(begin('/hooks/registry', `${header}${length}`))

    expect(answer).toMatch(/^HTTP\/1\.1 415 [^]*connection: close[^]*"EVENT_ENCODED"/)
    expect(await store.pendingEvents(10)).toEqual([])
  })

  test('that is none is accepted', async () => {
    const { post } = await listen()

    expect((await post('/hooks/registry', { 'content-encoding': 'identity' })).status).toBe(202)
  })
})

test.each(['GET', 'HEAD', 'OPTIONS'])('a body of %s is no event, and not read', async (method) => {
  running = await startPublicServer({ origins: ['events.example.com'] })
  const path = method === 'OPTIONS' ? '/hooks/registry' : '/healthz'

  const answer = await running.talk(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3000000\r\n\r\n`)

  expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*connection: close/)
})

test('large bodies with a wrong secret take the room of nobody who knows it', async () => {
  const { post, store } = await listen({ clock: systemClock })
  const body = JSON.stringify({ events: envelope().events, more: 'x'.repeat(2_900_000) })
  const wrong = { authorization: 'Bearer wrong-wrong-wrong-wrong' }
  for (let times = 0; times < 10; times += 1) await post('/hooks/registry', wrong)

  const refused = Array.from({ length: 30 }, () => post('/hooks/registry', wrong, body).catch(() => null))
  const right: number[] = []
  for (let times = 0; times < 5; times += 1) right.push((await post('/hooks/registry', {}, body)).status)
  await Promise.all(refused)

  expect(right).toEqual([202, 202, 202, 202, 202])
  expect(await store.pendingEvents(10)).toHaveLength(1)
})

describe('a body that comes slowly', () => {
  const lengthless = 'transfer-encoding: chunked\r\n'
  const piece = 'x'.repeat(1_000_000)
  const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`
  const from = (address: string, more: string): string =>
    begin('/hooks/registry', `x-forwarded-for: ${address}\r\n${more}`)

  /** Sends without an end. @returns the status of each that was answered, as they are */
  const crowd = (port: number, count: number, sent: string) => {
    const statuses: string[] = []
    const sockets = Array.from({ length: count }, () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      socket.on('data', (data) => statuses.push(data.toString().slice(9, 12)))
      socket.write(sent)
      return socket
    })
    return { statuses, leave: () => sockets.forEach((socket) => socket.destroy()) }
  }

  test.each([
    ['without a length', lengthless, `${chunk}0\r\nconnection: close\r\n\r\n`],
    ['with its length', `content-length: ${piece.length}\r\n`, piece],
  ])('is accepted beside a crowd that has one address: %s', async (_, header, body) => {
    const { port, store } = await listen({ rules: { trustProxy: ['127.0.0.1'] } })
    const middle = body.length / 2
    const mine = connect(port, '127.0.0.1')
    const answer = new Promise<string>((resolve) => void mine.once('data', (data) => resolve(data.toString())))
    mine.write(from('203.0.113.1', header) + body.slice(0, middle))

    const announcing = crowd(port, 60, from('203.0.113.2', lengthless))
    const sending = crowd(port, 45, from('203.0.113.3', lengthless) + chunk)
    await vi.waitFor(() => expect(sending.statuses.length).toBeGreaterThan(5), 10_000)
    mine.write(body.slice(middle))

    expect(await answer).toMatch(/^HTTP\/1\.1 202 /)
    expect(new Set(sending.statuses)).toEqual(new Set(['503']))
    expect(announcing.statuses).toEqual([])
    expect(await store.deadLetters()).toHaveLength(1)
    for (const each of [announcing, sending]) each.leave()
    mine.destroy()
  })

  test.each([
    ['with the secret', word, false, /^HTTP\/1\.1 202 /],
    ['without it', 'wrong-wrong-wrong-wrong', false, /^HTTP\/1\.1 503 /],
    ['heard out without it where its address knew it before', 'wrong-wrong-wrong-wrong', true, /^HTTP\/1\.1 401 /],
  ])('beside a crowd of many addresses that show no secret, %s', async (_, shown, isProven, outcome) => {
    const { port, talk } = await listen({ rules: { trustProxy: ['127.0.0.1'] } })
    const head = (address: string, as: string, more = lengthless): string =>
      `POST /hooks/registry HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${as}\r\nx-forwarded-for: ${address}\r\n${more}\r\n`
    const first = `${head('203.0.113.1', word, 'connection: close\r\ncontent-length: 2\r\n')}{}`
    if (isProven) expect(await talk(first)).toMatch(/^HTTP\/1\.1 202 /)
    const mine = connect(port, '127.0.0.1').on('error', () => {})
    const answer = new Promise<string>((resolve) => void mine.once('data', (data) => resolve(data.toString())))
    mine.write(head('203.0.113.1', shown) + chunk + chunk)

    const crowds = Array.from({ length: 45 }, (_each, index) =>
      crowd(port, 1, head(`198.51.100.${index}`, 'wrong-wrong-wrong-wrong') + chunk),
    )
    const statuses = () => crowds.flatMap((each) => each.statuses)
    await vi.waitFor(() => expect(statuses().length).toBeGreaterThan(5), 10_000)
    mine.write('0\r\n\r\n')

    expect(await answer).toMatch(outcome)
    expect(new Set(statuses())).toEqual(new Set(['503']))
    for (const each of crowds) each.leave()
    mine.destroy()
  })
})

test('a body that nobody reads is not waited for', async () => {
  const { talk } = await listen()

  expect(await talk(begin('/nothing', 'content-length: 3000000\r\n'))).toMatch(/^HTTP\/1\.1 404 [^]*connection: close/)
  expect(await talk(begin('/healthz', 'content-length: 3000000\r\n'))).toMatch(/^HTTP\/1\.1 404 [^]*connection: close/)
})

describe('who asks first whether to send', () => {
  const asking = (path: string, length: number, more = '') =>
    begin(path, `expect: 100-continue\r\ncontent-length: ${length}\r\n${more}`)

  test('is told to, and then answered', async () => {
    const { port, store } = await listen()
    const body = JSON.stringify({ events: [] })
    const socket = connect(port, '127.0.0.1')
    const told: string[] = []
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (data) => {
        told.push(data.toString().slice(0, 12))
        if (told.length === 1) socket.write(body)
        else resolve()
      })
    })
    socket.write(asking('/hooks/registry', body.length))
    await answered
    socket.destroy()

    expect(told).toEqual(['HTTP/1.1 100', 'HTTP/1.1 202'])
    expect(await store.deadLetters()).toEqual([])
  })

  test.each([
    ['too large', '/hooks/registry', 3 * 1024 * 1024 + 1, '', 413],
    ['encoded', '/hooks/registry', 100, 'content-encoding: gzip\r\n', 415],
    ['for nobody', '/nothing', 100, '', 404],
  ])('is refused without sending it: %s', async (_, path, length, more, status) => {
    const { talk } = await listen()

    const answer = await talk(asking(path, length, more))

    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual([`HTTP/1.1 ${status}`])
    expect(answer).toMatch(/connection: close/i)
  })
})

describe('behind a proxy', () => {
  const rules = { trustProxy: ['127.0.0.1'] }

  test('failures count for who asks, and the log names both', async () => {
    const { post, lines } = await listen({ rules })
    const wrong = { authorization: 'Bearer wrong-wrong-wrong-wrong' }
    for (let times = 0; times < 11; times += 1) {
      const { status } = await post('/hooks/registry', { ...wrong, 'x-forwarded-for': '203.0.113.1' })
      expect(status).toBe(times < 10 ? 401 : 429)
    }

    const other = await post('/hooks/registry', { ...wrong, 'x-forwarded-for': '203.0.113.2' })

    expect(other.status).toBe(401)
    expect(lines.join('')).toContain('from 203.0.113.1 (by the proxy 127.0.0.1) did not know the secret')
  })

  test('a whole /64 of IPv6 counts as one', async () => {
    const { post } = await listen({ rules })
    const statuses: number[] = []
    for (let times = 0; times < 11; times += 1) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': `2001:db8::${times + 1}` }
      statuses.push((await post('/hooks/registry', headers)).status)
    }

    expect(statuses.at(-1)).toBe(429)
  })

  test('without being told of it, nobody is believed', async () => {
    const { post, lines } = await listen()
    for (let times = 0; times < 11; times += 1) {
      const headers = { authorization: 'Bearer wrong', 'x-forwarded-for': `203.0.113.${times}` }
      const { status } = await post('/hooks/registry', headers)
      expect(status).toBe(times < 10 ? 401 : 429)
    }
    expect(lines.join('')).toContain('from 127.0.0.1 did not know the secret')
  })

  test('so many addresses do not fill the log', async () => {
    const { post, lines, clock } = await listen({ rules })
    const ask = (address: string) =>
      post('/hooks/registry', { authorization: 'Bearer wrong', 'x-forwarded-for': address })
    for (let index = 0; index < 100; index += 1) await ask(`203.0.113.${index}`)

    expect(lines).toHaveLength(20)
    expect(lines.at(-1)).toContain('further addresses are not named')
    await clock.sleep(60_000, new AbortController().signal)
    await ask('198.51.100.1')
    expect(lines.at(-1)).toContain('from 198.51.100.1')
  })
})

describe('a wrong secret at full speed', () => {
  test('waits for its answers, and who knows the secret does not, even from the same address', async () => {
    const { post, store } = await listen({ clock: systemClock })
    let wrongOnes = 0
    const over = new AbortController()
    const began = performance.now()
    const statuses = new Set<number>()
    const attack = Array.from({ length: 20 }, async () => {
      while (!over.signal.aborted) {
        statuses.add((await post('/hooks/registry', { authorization: 'Bearer wrong-wrong-wrong-wrong' })).status)
        wrongOnes += 1
      }
    })
    const right: number[] = []
    for (let index = 0; index < 200; index += 1) right.push((await post()).status)
    over.abort()
    const answeredMeanwhile = wrongOnes
    const seconds = (performance.now() - began) / 1000
    await Promise.all(attack)

    expect(new Set(right)).toEqual(new Set([202]))
    expect(await store.pendingEvents(10)).toHaveLength(1)
    // Ten at once, and then one a second of each of the twenty.
    expect(answeredMeanwhile).toBeLessThanOrEqual(10 + 20 * Math.ceil(seconds))
    expect(statuses).toEqual(new Set([401, 429]))
  })
})
