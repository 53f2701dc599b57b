import http from 'node:http'
import https from 'node:https'
import { AppError } from '../../errors.ts'
import type { Reach } from './address.ts'
import { createBody } from './body.ts'
import { connectionFailure } from './connection-failure.ts'
import type { Limits } from './limits.ts'

/** One request, with the limits that are its own. */
export interface HttpRequest {
  readonly method: 'HEAD' | 'GET' | 'POST'
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly reach: Reach
  /** Ceiling of a successful answer's body. */
  readonly bodyBytesMax: number
  /** What is asked for, for messages: `docker.io/library/nginx:1.27`. */
  readonly subject: string
}

/** One whole answer, of whatever status. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Complete; empty for an error answer longer than anybody needs. */
  readonly body: Buffer
  /** Where the answer came from. */
  readonly url: URL
  /** The address at the other end. */
  readonly peer: string
}

/** What one exchange goes over, and how long it may take. */
export interface Line {
  readonly agent: http.Agent
  readonly limits: Limits
  /** Without brackets. */
  readonly hostname: string
  readonly withinMs: number
}

/** Enough of an error answer to find its code. */
const errorBytesMax = 64 * 1024
const nothing = Buffer.alloc(0)

/** Sends one request and reads the whole answer, or fails; a part of a body is never handed out. */
export function exchange(line: Line, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const { url, subject } = request
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  let answered = false

  const settle = (): void => {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
  const fail = (error: unknown): void => {
    settle()
    reject(error instanceof AppError ? error : connectionFailure(error, subject, url.host, answered))
    outgoing.destroy()
  }
  const stop = (): void => fail(new AppError('ABORTED', 'stopped', { cause: signal.reason }))
  const allow = (ms: number, missing: string): void => {
    clearTimeout(timer)
    const leftMs = Math.min(ms, line.withinMs - (performance.now() - startedAt))
    timer = setTimeout(() => {
      fail(new AppError('REGISTRY_UNAVAILABLE', `${subject}: ${url.host} ${missing} in time`))
    }, leftMs)
  }

  const outgoing = open(line, request)
  outgoing.on('error', fail)
  outgoing.on('socket', (socket) => {
    const awaitAnswer = (): void => allow(line.limits.firstByteMs, 'did not answer')
    if (!socket.connecting) return awaitAnswer()
    allow(line.limits.connectMs, 'took no connection')
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', awaitAnswer)
  })
  outgoing.on('response', (incoming) => {
    answered = true
    allow(line.limits.totalMs, 'did not finish its answer')
    const { statusCode: status = 0, headers } = incoming
    const peer = incoming.socket.remoteAddress ?? ''
    const finish = (body: Buffer): void => {
      settle()
      resolve({ status, headers, body, url, peer })
    }
    const isSuccess = status < 300
    const exceed = (): void => {
      if (isSuccess) return fail(tooLarge(request))
      finish(nothing)
      outgoing.destroy()
    }
    incoming.on('error', fail)
    readBody(incoming, request.method, isSuccess ? request.bodyBytesMax : errorBytesMax, finish, exceed)
  })
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  else outgoing.end(request.body)
  return promise
}

function open({ agent, hostname, limits }: Line, { url, method, headers }: HttpRequest): http.ClientRequest {
  return (url.protocol === 'https:' ? https : http).request({
    agent,
    method,
    hostname,
    port: url.port,
    path: url.pathname + url.search,
    // A compressed body could unpack to any size, and its bytes would not be those that the digest names.
    headers: { ...headers, 'accept-encoding': 'identity' },
    maxHeaderSize: limits.headerBytes,
  })
}

/** Node reports a body shorter than its Content-Length as an error of `incoming`, never as its end. */
function readBody(
  incoming: http.IncomingMessage,
  method: HttpRequest['method'],
  bytesMax: number,
  finish: (body: Buffer) => void,
  exceed: () => void,
): void {
  if (method === 'HEAD') {
    // Only an answer that was read to its end gives its connection back.
    incoming.on('end', () => finish(nothing))
    incoming.resume()
    return
  }
  if (Number(incoming.headers['content-length']) > bytesMax) return exceed()
  const body = createBody(bytesMax)
  let isTooLong = false
  incoming.on('data', (chunk: Buffer) => {
    if (isTooLong || body.add(chunk)) return
    isTooLong = true
    exceed()
  })
  incoming.on('end', () => {
    if (!isTooLong) finish(body.bytes())
  })
}

function tooLarge({ subject, bodyBytesMax }: HttpRequest): AppError {
  return new AppError('REGISTRY_TOO_LARGE', `${subject}: the answer is larger than ${bodyBytesMax} bytes`)
}
