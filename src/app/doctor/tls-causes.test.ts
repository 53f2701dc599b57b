import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { examined } from '../../../test/fakes/examined.ts'
import { startTlsFront } from '../../../test/fakes/tls-front.ts'

/** A server that says these bytes to whoever says anything. */
async function startTalker(bytes: Uint8Array) {
  const server = createServer((socket) => {
    socket.on('error', () => {}) // the other side says what it does not like
    socket.once('data', () => socket.end(bytes))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One record of TLS 1.2 with a fatal alert. */
const alert = (number: number): Uint8Array => Uint8Array.from([0x15, 3, 3, 0, 2, 2, number])

test.each([
  [112, /no certificate for this name/],
  [80, /no certificate for this name/],
  [40, /no certificate for this name, shares no cipher with us, or wants a certificate of ours/],
  [70, /its own are too old/],
  [71, /shares no cipher/],
  [42, /wants a certificate of ours, or another one/],
  [10, /broke the making of TLS off/],
])('a host that answers TLS alert %i speaks TLS, and nobody is led to plain http', async (number, sentence) => {
  await using talker = await startTalker(alert(number))

  const [finding] = await examined(talker.host, { plainHttp: false })

  expect(finding).toMatchObject({ standing: 'wrong', sentence: expect.stringMatching(sentence) })
  expect(finding?.sentence).toContain(`(TLS alert ${number})`)
  expect(finding?.remedy).toMatch(/^Check the name and the port/)
  expect(`${finding?.sentence} ${finding?.remedy}`).not.toMatch(/plain/i)
})

test('a host of old TLS is told as such', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await using front = await startTlsFront(1, old)

  const [finding] = await examined(front.host, { plainHttp: false })

  expect(finding?.sentence).toContain('speaks none of our versions of TLS: its own are too old')
  expect(finding?.remedy).not.toMatch(/plain/i)
})

test.each(['TLSv1.2', 'TLSv1.3'] as const)('a host that wants a certificate of ours by %s is told', async (version) => {
  await using front = await startTlsFront(1, { requestCert: true, rejectUnauthorized: true, maxVersion: version })
  const hosts = { [front.host]: { plainHttp: false, tls: { ca: '/ca' } } }
  const client = { hosts, readFile: async () => certificates.ca }

  const [finding] = await examined(front.host, { plainHttp: false, client })

  expect(finding?.sentence).toMatch(/certificate/)
  expect(finding?.remedy).not.toMatch(/plain/i)
})

test.each([
  ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
  ['SSH', Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')],
])('what answers TLS with %s does not speak TLS', async (_, bytes) => {
  await using talker = await startTalker(bytes)

  const [finding] = await examined(talker.host, { plainHttp: false })

  expect(finding?.sentence).toContain('does not speak TLS; it may be a registry of plain http')
  expect(finding?.remedy).toContain('plainHttp: true')
  expect(finding?.remedy).not.toContain('`ca`')
})
