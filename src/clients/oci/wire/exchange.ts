import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import https from 'node:https'
import { AppError } from '../../../errors.ts'
import { http } from '../../../lib/http.ts'
import type { Reach } from './address.ts'
import type { BodySink } from './body-sink.ts'
import type { LargeBodies } from './large-bodies.ts'
import { readBody } from './read-body.ts'
import { connectionFailure } from './connection-failure.ts'
import type { Limits } from '../limits.ts'
import { onAbort } from '../on-abort.ts'
import type { Urgency } from '../pace/urgency.ts'

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
  /** `wanted` when left out. */
  readonly urgency?: Urgency
  /** Whom the host counts: the user name; nobody in particular when left out. */
  readonly account?: string
  /** Whether the budget of the host was asked before: for what had to be done first. */
  readonly isAdmitted?: boolean
  /** Asked when its turn has come, for another authorization where that of `headers` has ended meanwhile. */
  readonly renew?: (signal: AbortSignal) => Promise<string | null> | null
  /** Opened for an answer that succeeds, web pages excepted; its body is empty then. */
  readonly openSink?: () => BodySink
  /** Whether what a stranger is answered is no answer to it: it is not followed to where its credential does not go. */
  readonly asSomebody?: boolean
  /** `host:port` whose authorities are trusted here too. */
  readonly trustAs?: string
}

/** One whole answer, of whatever status. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Complete; empty for an error answer longer than anybody needs, and for what a sink took. */
  readonly body: Buffer
  /** Where the answer came from. */
  readonly url: URL
  /** The address at the other end; empty where a proxy is there. */
  readonly peer: string
}

/** What one exchange goes over, and how long it may take. */
export interface Line {
  readonly agent: Agent
  readonly limits: Limits
  /** Without brackets. */
  readonly hostname: string
  readonly withinMs: number
  readonly isProxied: boolean
  readonly largeBodies: LargeBodies
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
  let isSettled = false
  /** For its turn among large bodies, which does not count. */
  let waitedMs = 0

  const settle = (): void => {
    isSettled = true
    clearTimeout(timer)
    forget()
  }
  const fail = (error: unknown): void => {
    settle()
    reject(error instanceof AppError ? error : connectionFailure(error, subject, url, answered))
    outgoing.destroy()
  }
  const stop = (): void => fail(new AppError('ABORTED', 'stopped', { cause: signal.reason }))
  const forget = onAbort(signal, stop)
  const allow = (ms: number, missing: string): void => {
    clearTimeout(timer)
    const leftMs = Math.min(ms, line.withinMs - (performance.now() - startedAt - waitedMs))
    timer = setTimeout(() => {
      fail(new AppError('REGISTRY_UNAVAILABLE', `${subject}: ${url.host} ${missing} in time`))
    }, leftMs)
  }

  const awaitAnswer = (): void => allow(line.limits.firstByteMs, 'did not answer')
  const outgoing = open(line, request)
  // A proxy hands the socket over once it has made the way.
  allow(line.limits.connectMs, 'took no connection')
  outgoing.on('error', fail)
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) return awaitAnswer()
    socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', awaitAnswer)
  })
  outgoing.on('response', (incoming) => {
    answered = true
    const awaitEnd = (): void => allow(line.limits.totalMs, 'did not finish its answer')
    awaitEnd()
    watchTurn(incoming, {
      wait: () => clearTimeout(timer),
      goOn(ms) {
        waitedMs += ms
        if (!isSettled) awaitEnd()
      },
    })
    const { statusCode: status = 0, headers } = incoming
    const peer = line.isProxied ? '' : (incoming.socket.remoteAddress ?? '')
    const finish = (body: Buffer): void => {
      settle()
      resolve({ status, headers, body, url, peer })
    }
    const isSuccess = status < 300
    // Nobody unpacks it here; and whoever took the packed bytes for the answer would read nonsense.
    if (isSuccess && (headers['content-encoding'] || 'identity') !== 'identity') return fail(compressed(request))
    const exceed = (): void => {
      if (isSuccess) return fail(tooLarge(request))
      finish(nothing)
      outgoing.destroy()
    }
    incoming.on('error', fail)
    const tooSlow = (): void => {
      fail(new AppError('REGISTRY_UNAVAILABLE', `${subject}: ${url.host} sends its answer too slowly`))
    }
    // Before the body is read, which leaves nothing of its chunks.
    if (request.method !== 'HEAD') watchPace(incoming, line.limits, tooSlow)
    const bytesMax = isSuccess ? request.bodyBytesMax : errorBytesMax
    const openSink = isSuccess ? request.openSink : undefined
    const takeTurn = (): void => line.largeBodies.takeTurn(url.host, incoming)
    readBody(incoming, { method: request.method, bytesMax, openSink, takeTurn }, { finish, exceed, fail })
  })
  if (signal.aborted) stop()
  else outgoing.end(request.body)
  return promise
}

function open({ agent, hostname, limits }: Line, { url, method, headers }: HttpRequest): ClientRequest {
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

/** Tells when an answer is stopped until its turn, and for how long that was once it has it. */
function watchTurn(incoming: IncomingMessage, told: { wait(): void; goOn(waitedMs: number): void }): void {
  let stoppedAt: number | null = null
  incoming.on('pause', () => {
    stoppedAt = performance.now()
    told.wait()
  })
  incoming.on('resume', () => {
    // Also told at the very beginning, when it starts to flow.
    if (stoppedAt !== null) told.goOn(performance.now() - stoppedAt)
    stoppedAt = null
  })
}

/** Whoever sends a byte now and then holds a place for as long as a whole answer may take: the least rate ends that. */
function watchPace(incoming: IncomingMessage, { paceMs, paceBytes }: Limits, fail: () => void): void {
  let bytes = 0
  let hasWaited = false
  const timer = setInterval(() => {
    // Who waits for a turn is not slow, for the whole of a stretch in which it did.
    if (bytes < paceBytes && !hasWaited) fail()
    bytes = 0
    hasWaited = incoming.isPaused()
  }, paceMs)
  incoming.on('pause', () => (hasWaited = true))
  incoming.on('data', (chunk: Buffer) => (bytes += chunk.length))
  incoming.on('close', () => clearInterval(timer))
}

function compressed({ subject, url }: HttpRequest): AppError {
  return new AppError('REGISTRY_INTEGRITY', `${subject}: ${url.host} sent a compressed answer, unasked`)
}

function tooLarge({ subject, bodyBytesMax }: HttpRequest): AppError {
  return new AppError('REGISTRY_TOO_LARGE', `${subject}: the answer is larger than ${bodyBytesMax} bytes`)
}
