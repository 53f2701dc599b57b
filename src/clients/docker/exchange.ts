import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AppError } from '../../errors.ts'
import { http } from '../../lib/http.ts'
import { formatEngineAddress, type EngineAddress } from './engine-address.ts'
import { connectionError } from './engine-error.ts'

export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  /** Without version and query; names in it already encoded. */
  readonly path: string
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Whether it is asked in the newest version that the engine knows, though that be newer than we do: for what is read,
   * changed in one place and written back as it was. In an older version engines drop what that did not have.
   */
  readonly isOwnVersion?: boolean
  /** For the answer's headers and, of calls that are not followed as a stream, its body. */
  readonly limitMs?: number
}

/** An answer whose body has not been read. Whoever takes it reads it to the end or calls `destroy`. */
export interface EngineAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: IncomingMessage
  /** Ends the time limit: what follows is a stream without an end that is known. */
  release(): void
  /** Drops the connection. */
  destroy(): void
  /** Why the body broke off, from what reading it threw. */
  explain(cause: unknown): AppError
}

export interface Connection {
  readonly address: EngineAddress
  readonly agent: Agent
}

/** Longest wait for an answer, unless the request says otherwise. */
const limitMs = 60_000

export function openConnection(address: EngineAddress): Connection {
  // The engine keeps connections open for ever; closing ours first avoids writing into one that a restart broke.
  return { address, agent: new http.Agent({ keepAlive: true, timeout: 30_000, maxSockets: 32, maxFreeSockets: 4 }) }
}

/**
 * Sends one request; resolves when the answer's headers are there.
 * A GET on a kept connection that turns out to be dead is sent once more; nothing else is, since it may have been done.
 *
 * @throws TARGET_UNAVAILABLE, TARGET_FORBIDDEN, ABORTED
 */
export function exchange(connection: Connection, request: EngineRequest, signal: AbortSignal): Promise<EngineAnswer> {
  return send(connection, request, signal, true)
}

function send(
  connection: Connection,
  request: EngineRequest,
  signal: AbortSignal,
  isFirst: boolean,
): Promise<EngineAnswer> {
  const { address, agent } = connection
  const subject = subjectOf(request)
  const payload = request.body === undefined ? undefined : JSON.stringify(request.body)
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(stopped(signal))
    const outgoing = http.request({
      ...address,
      agent: isFirst ? agent : false,
      method: request.method,
      path: request.path + queryOf(request.query),
      headers: {
        host: 'docker',
        ...request.headers,
        ...(payload === undefined
          ? { 'content-length': 0 }
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
      },
    })
    const withinMs = request.limitMs ?? limitMs
    // Reading a body that we cut off ourselves throws the same as one that the engine cut off.
    let ours: AppError | null = null
    const end = (reason: AppError) => {
      ours = reason
      outgoing.destroy(reason)
    }
    const timer = setTimeout(() => end(late(subject, address, withinMs)), withinMs)
    const abort = () => end(stopped(signal))
    const release = () => clearTimeout(timer)
    signal.addEventListener('abort', abort, { once: true })
    outgoing.once('close', () => {
      release()
      signal.removeEventListener('abort', abort)
    })
    outgoing.once('response', (body) => {
      resolve({
        status: body.statusCode ?? 0,
        headers: body.headers,
        body,
        release,
        destroy: () => outgoing.destroy(),
        explain: (cause) => {
          if (cause instanceof AppError) return cause
          return ours ?? new AppError('TARGET_UNAVAILABLE', `${subject}: the engine's answer was cut off`, { cause })
        },
      })
    })
    outgoing.on('error', (cause) => {
      if (cause instanceof AppError) return reject(cause)
      if (isFirst && outgoing.reusedSocket && request.method === 'GET') {
        return resolve(send(connection, request, signal, false))
      }
      reject(connectionError(cause, subject, formatEngineAddress(address)))
    })
    outgoing.end(payload)
  })
}

/** Reads a body whole. @throws TARGET_FAILED beyond `bytesMax`, TARGET_UNAVAILABLE when it breaks off */
export async function readBody(answer: EngineAnswer, bytesMax: number, subject: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of answer.body) {
      // Without an encoding set, a stream of node:http yields buffers only.
      const buffer = chunk as Buffer
      size += buffer.length
      if (size > bytesMax) throw new AppError('TARGET_FAILED', `${subject}: the answer exceeds ${bytesMax} bytes`)
      chunks.push(buffer)
    }
  } catch (cause) {
    throw answer.explain(cause)
  } finally {
    answer.release()
  }
  return Buffer.concat(chunks)
}

/** What a request is about, for messages: without the version of the API, and with ids as short as people know them. */
export function subjectOf({ method, path }: EngineRequest): string {
  const short = path.replace(/^\/v[\d.]+/, '').replace(/^(\/(?:containers|exec)\/[0-9a-f]{12})[0-9a-f]{52}/, '$1')
  return `${method} ${short}`
}

const stopped = (signal: AbortSignal) => new AppError('ABORTED', 'stopped', { cause: signal.reason })

const late = (subject: string, address: EngineAddress, withinMs: number) =>
  new AppError(
    'TARGET_UNAVAILABLE',
    `${subject}: the engine at ${formatEngineAddress(address)} did not answer within ${withinMs / 1000} s`,
  )

function queryOf(query: EngineRequest['query'] = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, value)
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}
