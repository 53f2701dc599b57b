import { once } from 'node:events'
import type { IncomingMessage, Server, ServerOptions, ServerResponse } from 'node:http'
import { lookup } from 'node:dns/promises'
import { isIP, type AddressInfo, type Socket } from 'node:net'
import type { TlsOptions } from 'node:tls'
import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { http } from '../../lib/http.ts'
import type { KeyPairFiles, ReadFile } from '../../lib/key-pair.ts'
import type { Log } from '../../lib/log.ts'
import { refusal } from '../http-app.ts'
import type { ConnectionLimits, Connections } from './connections.ts'
import { answerRaw, refuseConnection } from './raw-answer.ts'
import { readInSlices } from './read-in-slices.ts'
import { openCertificate, type ServerCertificate } from './server-certificate.ts'

/** What a client may take of us; tests shorten it. */
export interface ListenerLimits extends ConnectionLimits {
  /** Time for the headers of a request, and on a new connection until they come; as a whole, however they trickle. */
  readonly headersMs: number
  /** The same for a whole request. */
  readonly requestMs: number
  /** How long a connection may do nothing between two requests. */
  readonly idleMs: number
  /** Requests until a connection is ended. */
  readonly requestsMax: number
}

/** Longer than proxies keep theirs (60 s at most, as they come): else they would write into one that is being ended. */
const idleMs = 72_000

/** A registry needs one connection; a storm comes over a hundred. */
export const usualLimits: ListenerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs,
  requestsMax: 1_000,
  connectionsMax: 512,
  perAddressMax: 128,
}

const headersMaxBytes = 64 * 1024

/** Senders and the proxies before us write thirty at most. */
const headersMax = 100

/** How long answers under way may take once we close. */
const closeMaxMs = 2_000

interface ListenerDeps {
  readonly clock: Clock
  readonly log: Log
  /** Reads certificate and key. */
  readonly readFile: ReadFile
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void
  readonly connections: Connections
}

/** Where to listen. */
export interface ListenAt {
  readonly host: string
  readonly port: number
  /** Null for plain http. */
  readonly tls: KeyPairFiles | null
}

/** Sockets on which requests are taken until it is closed. */
export interface Listener {
  /** `http://127.0.0.1:8484`, or with https */
  readonly address: string
  /** Lets what is being answered be answered, for two seconds at most, and ends everything else at once. */
  close(): Promise<void>
}

/** @throws LISTEN_FAILED, TLS_UNUSABLE */
export async function openListener(
  deps: ListenerDeps,
  { host, port, tls }: ListenAt,
  limits: ListenerLimits = usualLimits,
): Promise<Listener> {
  const certificate = tls === null ? null : await openCertificate(deps, tls)
  const { connections } = deps
  const servers: Server[] = []
  try {
    let at = port
    for (const address of await addressesOf(host)) {
      const server = await createServer(deps, limits, certificate)
      const found = await listen(server, address, at).catch((error: unknown) => {
        // A name may stand for an address that this machine does not have, as `localhost` does without IPv6.
        if (servers.length > 0) return null
        throw error
      })
      if (found === null) continue
      at = found
      servers.push(server)
    }
  } catch (cause) {
    for (const server of servers) server.close()
    const sentence = `cannot listen at ${host}, port ${port}: ${toAppError(cause).message}`
    throw new AppError('LISTEN_FAILED', sentence, { cause })
  }
  const scheme = certificate === null ? 'http' : 'https'
  const addresses = servers.map((server) => `${scheme}://${placeOf(server)}`)
  const stop = new AbortController()
  void certificate?.follow(({ certificate: cert, key }) => {
    for (const server of servers) if ('setSecureContext' in server) setContext(server, { cert, key, ...tlsRules })
  }, stop.signal)
  return {
    address: addresses[0] ?? '',
    close: () => close(servers, connections, stop),
  }
}

async function close(servers: readonly Server[], connections: Connections, stop: AbortController): Promise<void> {
  stop.abort()
  const timer = setTimeout(() => connections.destroy(), closeMaxMs)
  const closed = servers.map((server) => once(server, 'close'))
  for (const server of servers) server.close()
  connections.drain()
  await Promise.all(closed)
  clearTimeout(timer)
}

const tlsRules = { minVersion: 'TLSv1.2' } as const

/** Only servers of `node:https` have it, whose type is no other server's. */
function setContext(server: object, options: TlsOptions): void {
  ;(server as { setSecureContext(options: TlsOptions): void }).setSecureContext(options) // seen before the call
}

async function createServer(
  { answer, connections }: ListenerDeps,
  limits: ListenerLimits,
  certificate: ServerCertificate | null,
): Promise<Server> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    if (!connections.begin(request, response)) return
    if (request.rawHeaders.length / 2 > headersMax) return refuseHeaders(response)
    answer(request, response)
  }
  const options: ServerOptions = {
    maxHeaderSize: headersMaxBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, 1_000),
  }
  const server = certificate === null ? http.createServer(options) : await createSecure(options, certificate, limits)
  server.maxHeadersCount = headersMax + 1
  server.maxRequestsPerSocket = limits.requestsMax
  // Who does not read what we answer, in the end; all else has a nearer limit.
  server.timeout = limits.requestMs + limits.idleMs
  server.on('connection', (socket) => connections.open(socket))
  server.on('request', handle)
  // The answer decides whether the body is asked for.
  server.on('checkContinue', handle)
  server.on('clientError', refuseConnection)
  if (certificate !== null) followHandshakes(server, connections)
  server.on(certificate === null ? 'connection' : 'secureConnection', (socket: Socket) =>
    readInSlices(socket, () => connections.isWanted(socket)),
  )
  return server
}

async function createSecure(
  options: ServerOptions,
  { pair }: ServerCertificate,
  { headersMs }: ListenerLimits,
): Promise<Server> {
  const { createServer: createHttps } = await import('node:https')
  const identity = { cert: pair.certificate, key: pair.key, handshakeTimeout: headersMs, ...tlsRules }
  // Of the two kinds of server, both have all that is used here.
  return createHttps({ ...options, ...identity }) as unknown as Server
}

/** Who speaks plain http to the encrypted port is told so, in plain http. */
function followHandshakes(server: Server, connections: Connections): void {
  server.on('secureConnection', (socket: Socket) => connections.secured(socket))
  server.on('tlsClientError', (error: Error & { readonly code?: string }, socket: Socket) => {
    const below = connections.below(socket)
    if (error.code !== 'ERR_SSL_HTTP_REQUEST' || below?.writable !== true) return void below?.destroy()
    answerRaw(below, '400 Bad Request', 'this port speaks https: write https:// in the address')
  })
}

function refuseHeaders(response: ServerResponse): void {
  const error = new AppError('REQUEST_INVALID', `a request may have ${headersMax} headers`)
  response
    .writeHead(431, { 'content-type': 'application/json', connection: 'close' })
    .end(JSON.stringify(refusal(error)))
}

/** A name can have several, as `localhost` has one of each kind. */
async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

/** @returns the port, which the system chooses for 0 */
async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port // it listens at a port, not at a path
}

function placeOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo // as above
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
