import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { certificates } from './certificates.ts'

/** TLS in front of a server of this process that has none. */
export interface TlsFront extends AsyncDisposable {
  /** `127.0.0.1:<port>` */
  readonly host: string
  readonly port: number
  /** Connections whose handshake was completed. */
  readonly accepted: () => number
  /** Names of the certificates that clients showed. */
  readonly certificates: () => readonly string[]
}

/** @param options `requestCert` and the like; the certificate is that of `certificates.server` */
export async function startTlsFront(port: number, options: TlsOptions = {}): Promise<TlsFront> {
  let accepted = 0
  const names: string[] = []
  const open = new Set<{ destroy(): void }>()
  const own = { cert: certificates.server, key: certificates.serverKey, ca: certificates.ca, ...options }
  const server = createServer(own, (socket) => {
    accepted += 1
    const shown = socket.getPeerCertificate().subject?.CN
    if (shown !== undefined) names.push(`${shown}`)
    const inner = connect(port, '127.0.0.1')
    open.add(socket).add(inner)
    socket.on('error', () => inner.destroy())
    inner.on('error', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  server.on('tlsClientError', () => {}) // the client says what it does not like
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: listensAt } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    host: `127.0.0.1:${listensAt}`,
    port: listensAt,
    accepted: () => accepted,
    certificates: () => names,
    async [Symbol.asyncDispose]() {
      for (const each of open) each.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
