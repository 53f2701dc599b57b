import { request } from 'node:https'
import { chmod, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { startManualClock } from '../../../test/fakes/clock.ts'
import { createLog } from '../../lib/log.ts'
import { createConnections } from './connections.ts'
import { openListener, usualLimits, type Listener, type ListenerLimits } from './listener.ts'

let folder = ''
let listener: Listener | undefined
const at = (name: string): string => join(folder, name)
const files = () => ({ certificate: at('tls.crt'), key: at('tls.key') })

const put = async (certificate: string, key: string): Promise<void> => {
  for (const [name, content] of [
    ['tls.crt', certificate],
    ['tls.key', key],
  ] as const) {
    await writeFile(at(`${name}.new`), content, { mode: 0o600 })
    await rename(at(`${name}.new`), at(name))
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-listener-'))
  await put(certificates.server, certificates.serverKey)
})
afterEach(async () => {
  await listener?.close()
  listener = undefined
  await rm(folder, { recursive: true })
})

async function listen({ now = '2026-12-01', limits = {} as Partial<ListenerLimits> } = {}) {
  const clock = startManualClock(Date.parse(now))
  const lines: string[] = []
  const log = createLog('info', 'plain', (line) => lines.push(line))
  const every = { ...usualLimits, ...limits }
  const connections = createConnections(every, () => false)
  const own = await openListener(
    {
      clock,
      log,
      readFile: (path) => readFile(path, 'utf8'),
      connections,
      answer: (asked, response) => void asked.resume().once('end', () => response.end('fine')),
    },
    { host: '127.0.0.1', port: 0, tls: files() },
    every,
  )
  listener = own
  const port = Number(new URL(own.address).port)
  const handshake = (options: ConnectionOptions = {}): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const socket: TLSSocket = connect(
        { port, host: '127.0.0.1', ca: certificates.ca, checkServerIdentity: () => undefined, ...options },
        () => resolve(socket),
      )
      socket.once('error', reject)
    })
  /** Name on the certificate that a new connection is shown. */
  const shownName = async (): Promise<string> => {
    // One of the two is no server's, which is of no interest here.
    const socket = await handshake({ rejectUnauthorized: false })
    const { CN = '' } = socket.getPeerCertificate().subject
    socket.destroy()
    return `${CN}`
  }
  return { clock, lines, port, handshake, shownName, own, connections }
}

describe('https', () => {
  test('is spoken with the certificate of the files', async () => {
    const { port, own } = await listen()

    const answer = await new Promise<string>((resolve, reject) => {
      request({ port, host: '127.0.0.1', ca: certificates.ca }, (response) => resolve(text(response)))
        .once('error', reject)
        .end()
    })

    expect(own.address).toBe(`https://127.0.0.1:${port}`)
    expect(answer).toBe('fine')
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is spoken by %s', async (version) => {
    const { handshake } = await listen()

    const socket = await handshake({ minVersion: version, maxVersion: version })

    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
  })

  test('is not spoken by what is older', async () => {
    const { handshake } = await listen()

    const old = handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })

    await expect(old).rejects.toMatchObject({
      code: expect.stringMatching(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|RESET/),
    })
  })

  test('is what somebody who speaks plain http is told to speak', async () => {
    const { port } = await listen()
    const socket = connectPlain(port, '127.0.0.1')
    socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [^]*this port speaks https/)
  })

  test('is not waited for longer than for headers', async () => {
    const { port, connections } = await listen({ limits: { headersMs: 100 } })
    const silent = connectPlain(port, '127.0.0.1').on('error', () => {})
    const garbled = connectPlain(port, '127.0.0.1').on('error', () => {})
    garbled.write(Buffer.from([0x16, 3, 1, 0, 200, 1, 0]))

    await Promise.all(
      [silent, garbled].map((socket) => new Promise((resolve) => socket.resume().once('close', resolve))),
    )

    await vi.waitFor(() => expect(connections.count).toBe(0), 10_000)
  })

  test('leaves no connection behind, however it ends', async () => {
    const { port, handshake, connections } = await listen()
    const sockets = await Promise.all(Array.from({ length: 10 }, () => handshake()))
    for (const socket of sockets) socket.destroy()
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', 'nonsense', '\u0016\u0003\u0001']) {
      connectPlain(port, '127.0.0.1')
        .on('error', () => {})
        .end(bytes)
    }

    await vi.waitFor(() => expect(connections.count).toBe(0), 10_000)
  })
})

describe('files that change', () => {
  test('are used from then on, and connections that are open stay so', async () => {
    const { clock, lines, shownName, handshake } = await listen()
    const before = await handshake()
    expect(await shownName()).toBe('registry.example')

    await put(certificates.client, certificates.clientKey)
    await vi.waitFor(async () => {
      await clock.pass(10_000)
      expect(await shownName()).toBe('longshore')
    }, 5_000)

    before.write('GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    expect(await text(before)).toContain('fine')
    expect(lines.join('')).toContain('is another one now, valid until 2126-10-28')
  })

  test('are not used while they do not fit each other, which is told once', async () => {
    const { clock, lines, shownName } = await listen()
    await writeFile(at('tls.key'), certificates.clientKey)

    await vi.waitFor(async () => {
      await clock.pass(10_000)
      expect(lines).toEqual([expect.stringContaining('is not the key of this certificate')])
    }, 5_000)
    expect(lines[0]).toContain('TLS_UNUSABLE')
    expect(await shownName()).toBe('registry.example')

    await writeFile(at('tls.crt'), certificates.client)
    await vi.waitFor(async () => {
      await clock.pass(10_000)
      expect(await shownName()).toBe('longshore')
    }, 5_000)
  })
})

describe('at the start', () => {
  test('a key of another certificate is an error', async () => {
    await put(certificates.server, certificates.clientKey)

    await expect(listen()).rejects.toMatchObject({ code: 'TLS_UNUSABLE' })
  })

  test.each([
    ['2026-12-01', []],
    ['2126-10-20', ['WARN .* expires on 2126-10-28']],
    ['2127-01-01', ['ERROR .* expired on 2126-10-28: no sender accepts it']],
    ['2020-01-01', ['WARN .* is not valid before 2026-11-21']],
  ])('on %s, says of its time: %s', async (now, sentences) => {
    const { lines } = await listen({ now })

    expect(lines).toEqual(sentences.map((each) => expect.stringMatching(each)))
  })

  test('an expired one is told again each day', async () => {
    const { lines, clock } = await listen({ now: '2127-01-01' })

    await vi.waitFor(async () => {
      clock.advance(86_400_000)
      await clock.pass(0)
      expect(lines.length).toBeGreaterThan(1)
    }, 20_000)
  })

  test('says that everybody may read the key', async () => {
    await chmod(at('tls.key'), 0o604)

    expect((await listen()).lines).toEqual([expect.stringContaining('everybody on this machine may read')])
  })
})
