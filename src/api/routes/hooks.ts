import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Receive } from '../../app/events/receive-event.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { ClientReader } from '../listener/client-address.ts'
import { createBodyRoom } from '../body-room.ts'
import { refusal } from '../http-app.ts'
import { createRefusals } from './refusals.ts'

interface HookDeps {
  readonly receive: Receive
  readonly clock: Clock
  readonly log: Log
  readonly clients: ClientReader
  readonly onRefusal: (response: ServerResponse) => void
}

/** Longest body that is read, in bytes. */
export const eventMaxBytes = 3 * 1024 * 1024

/** Bodies up to here are within what the number of connections bounds anyway. */
export const smallBytes = 64 * 1024

/** For all larger bodies that are on their way at the same time. */
const roomBytes = 32 * 1024 * 1024

/** When a sender should try again what could not be kept. */
const retryAfterMs = 10_000

interface HookParams {
  readonly source: string
  /** What follows it, which may be a secret: neither log nor answer may ever hold it. */
  readonly secret?: string
}

/**
 * `POST /hooks/<source>`, and `/hooks/<source>/<secret>` for senders that know of addresses alone: size, then sign-in
 * over the raw bytes, and only then is anything read.
 */
export function addHookRoutes(app: FastifyInstance, deps: HookDeps): void {
  const { receive, log } = deps
  const room = createBodyRoom(roomBytes)
  const refuse = createRefusals(deps)

  const admit = async ({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isEncoded(headers)) throw new AppError('EVENT_ENCODED', 'a body with an encoding is not read')
    const bytes = bytesOf(headers)
    if (bytes > eventMaxBytes) throw new AppError('EVENT_TOO_LARGE', 'the body is too large')
    if (bytes > smallBytes) {
      const taken = room.take(bytes, () => endComing(reply))
      if (taken === null) throw busy()
      reply.raw.once('close', taken.leave)
      raw.once('end', taken.keep)
    }
    // Node asks for the body only where nobody looks at its headers first.
    if (headers.expect !== undefined && raw.httpVersion === '1.1') reply.raw.writeContinue()
  }

  const take = async (request: FastifyRequest<{ Params: HookParams }>, reply: FastifyReply): Promise<FastifyReply> => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const { source, secret = '' } = request.params
    const posted = { headers: headersOf(request.raw.rawHeaders), pathSecret: secret === '' ? null : secret, body }
    const outcome = await receive(source, posted).catch((error: unknown) => {
      throw notKept(error)
    })
    // A large body is not held in memory for it.
    if (outcome === 'refused') throw await refuse(request.raw, reply.raw, bytesOf(request.headers) <= smallBytes)
    if (outcome !== 'accepted') return reply.status(200).send(outcome)
    return reply.status(202).send({ status: outcome })
  }
  app.post<{ Params: HookParams }>('/hooks/:source', { onRequest: admit }, take)
  app.post<{ Params: HookParams }>('/hooks/:source/:secret', { onRequest: admit }, take)

  /** Senders take 503 for "try again", and not every other status. */
  function notKept(error: unknown): AppError {
    const { code, message } = toAppError(error)
    if (code === 'EVENT_UNVERIFIABLE') {
      log.warn({ code }, `an event could not be verified: ${message}`)
      return new AppError(code, 'the event could not be verified', { cause: error, retryAfterMs })
    }
    log.error({ code }, `an event could not be kept: ${code}: ${message}`)
    return new AppError('EVENT_NOT_KEPT', 'the event could not be kept', { cause: error, retryAfterMs })
  }
}

/** Without a length it may grow to the limit. */
const bytesOf = (headers: FastifyRequest['headers']): number =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : eventMaxBytes

const busy = (): AppError => new AppError('EVENT_BUSY', 'too many large bodies are on their way', { retryAfterMs })

/** A body that another one takes the place of: its sender is told to come again, and the rest of it is not read. */
function endComing(reply: FastifyReply): void {
  // Something else is wrong with it, and being said.
  if (reply.sent) return
  reply.hijack()
  const headers = { 'content-type': 'application/json', 'retry-after': `${retryAfterMs / 1000}`, connection: 'close' }
  reply.raw.writeHead(503, headers).end(JSON.stringify(refusal(busy())))
}

/** By either header that can say so: nothing is ever unpacked. */
function isEncoded(headers: FastifyRequest['headers']): boolean {
  const content = headers['content-encoding'] ?? 'identity'
  const transfer = headers['transfer-encoding'] ?? 'chunked'
  return content.toLowerCase() !== 'identity' || transfer.toLowerCase() !== 'chunked'
}

/** Every value of every header: what Node makes of those that come twice would hide the second. */
function headersOf(raw: readonly string[]): Record<string, readonly string[]> {
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const groups = Map.groupBy(names.keys(), (index) => names[index] ?? '')
  return Object.fromEntries(
    [...groups].map(([name, places]) => [name, places.map((index) => raw[2 * index + 1] ?? '')]),
  )
}
