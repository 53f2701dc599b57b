import fastify, { type FastifyInstance } from 'fastify'
import type { Socket } from 'node:net'
import type { Readiness } from '../app/read-readiness.ts'
import type { Receive } from '../app/receive-event.ts'
import { AppError, errorTable, toAppError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { refusal, refuseUnread } from './http-app.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addHookRoutes, eventMaxBytes } from './routes/hooks.ts'

/** What others on the network can ask for. */
export interface PublicDeps {
  readonly receive: Receive
  readonly readiness: () => Promise<Readiness>
  readonly late: () => readonly string[]
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
}

export interface PublicServer {
  /** `http://127.0.0.1:8484` */
  readonly address: string
  close(): Promise<void>
}

/** Time that a client has; tests shorten it. */
export interface PublicLimits {
  readonly headersMs: number
  readonly requestMs: number
}

const usualLimits: PublicLimits = { headersMs: 10_000, requestMs: 30_000 }

const headersMaxBytes = 64 * 1024

/** With small bodies this many connections bound the memory; a registry needs one. */
const connectionsMax = 512

/** How long answers under way may take once we close. */
const closeMaxMs = 2_000

/** The routes without a port, answering in JSON alone. Nothing depends on the `Host` header, and no GET changes anything. */
export function createPublicApp(deps: PublicDeps, limits = usualLimits): FastifyInstance {
  const { headersMs, requestMs } = limits
  const app = fastify({
    bodyLimit: eventMaxBytes,
    requestTimeout: requestMs,
    http: {
      maxHeaderSize: headersMaxBytes,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(headersMs, 1_000),
    },
    forceCloseConnections: 'idle',
    frameworkErrors: refuseUnread,
    clientErrorHandler: (error, socket) => refuseConnection(error, socket),
  })
  app.server.maxConnections = connectionsMax
  // Signatures are over the bytes as they came.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setNotFoundHandler(() => {
    throw new AppError('ROUTE_NOT_FOUND', 'there is nothing here')
  })
  app.setErrorHandler((thrown, _request, reply) => {
    const error = understood(thrown)
    const { code, message, retryAfterMs } = error
    if (code === 'INTERNAL') deps.log.error({ code }, `${code}: ${message}`)
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
    return reply.status(errorTable[code].status).send(refusal(error))
  })
  addHookRoutes(app, deps)
  addHealthRoutes(app, deps)
  return app
}

/** @throws LISTEN_FAILED */
export async function openPublicServer(
  deps: PublicDeps,
  { host, port }: { readonly host: string; readonly port: number },
  limits = usualLimits,
): Promise<PublicServer> {
  const app = createPublicApp(deps, limits)
  const address = await app.listen({ host, port }).catch((cause: unknown) => {
    throw new AppError('LISTEN_FAILED', `cannot listen at ${host}, port ${port}: ${toAppError(cause).message}`, {
      cause,
    })
  })
  return {
    address,
    async close() {
      const timer = setTimeout(() => app.server.closeAllConnections(), closeMaxMs)
      await app.close()
      clearTimeout(timer)
    },
  }
}

/** What the server itself has against a request is the client's mistake. */
function understood(thrown: unknown): AppError {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return toAppError(thrown)
  if (thrown.statusCode === 413) return new AppError('EVENT_TOO_LARGE', 'the body is too large', { cause: thrown })
  const isRequest = Number(thrown.statusCode) >= 400 && Number(thrown.statusCode) < 500
  return isRequest ? new AppError('REQUEST_INVALID', thrown.message, { cause: thrown }) : toAppError(thrown)
}

const clientErrors: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What never became a request: too slow, or no HTTP. */
function refuseConnection(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = clientErrors[error.code ?? ''] ?? '400 Bad Request'
  const body = JSON.stringify(refusal(new AppError('REQUEST_INVALID', status.slice(4))))
  socket.end(
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
