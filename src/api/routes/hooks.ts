import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Receive } from '../../app/receive-event.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { createBodyRoom } from '../body-room.ts'
import { createFailureLimit } from '../failure-limit.ts'

interface HookDeps {
  readonly receive: Receive
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
}

/** Longest body that is read, in bytes. */
export const eventMaxBytes = 3 * 1024 * 1024

/** Bodies up to here are within what the number of connections bounds anyway. */
const smallBytes = 64 * 1024

/** For all larger bodies that are on their way at the same time. */
const roomBytes = 32 * 1024 * 1024

/** Failed sign-ins of one address within a minute that are answered with 401. */
const failuresMax = 10

/** When a sender should try again what could not be kept. */
const retryAfterMs = 10_000

/** `POST /hooks/<source>`: size, then sign-in over the raw bytes, and only then is anything read. */
export function addHookRoutes(app: FastifyInstance, { receive, clock, log }: HookDeps): void {
  const room = createBodyRoom(roomBytes)
  const limit = createFailureLimit(clock)

  const admit = async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (headers['content-encoding'] !== undefined) {
      throw new AppError('EVENT_ENCODED', 'a body with a content encoding is not read')
    }
    const length = headers['content-length']
    // Without a length it may grow to the limit.
    const bytes = length === undefined ? eventMaxBytes : Number(length)
    if (headers['transfer-encoding'] === undefined && (length === undefined || bytes <= smallBytes)) return
    if (bytes > eventMaxBytes) return
    const leave = room.take(bytes)
    if (leave === null) {
      throw new AppError('EVENT_BUSY', 'too many large bodies are on their way', { retryAfterMs })
    }
    reply.raw.once('close', leave)
  }

  const refuse = (address: string): AppError => {
    const { failures, restMs } = limit.count(address)
    if (failures === 1) {
      log.warn({ code: 'EVENT_UNAUTHORIZED' }, `a request to /hooks from ${address} did not know the secret`)
    }
    if (failures <= failuresMax) return new AppError('EVENT_UNAUTHORIZED', 'no such source, or not its secret')
    return new AppError('EVENT_FAILURES', 'too many failed sign-ins from this address', { retryAfterMs: restMs })
  }

  app.post<{ Params: { source: string } }>('/hooks/:source', { onRequest: admit }, async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const outcome = await receive(request.params.source, { headers: headersOf(request.raw.rawHeaders), body }).catch(
      (error: unknown) => {
        throw notKept(error)
      },
    )
    if (outcome === 'refused') throw refuse(request.ip)
    return reply.status(202).send({ status: outcome })
  })

  /** Senders take 503 for "try again", and not every other status. */
  function notKept(error: unknown): AppError {
    const { code, message } = toAppError(error)
    log.error({ code }, `an event could not be kept: ${code}: ${message}`)
    return new AppError('EVENT_NOT_KEPT', 'the event could not be kept', { cause: error, retryAfterMs })
  }
}

/** Every value of every header: what Node makes of those that come twice would hide the second. */
function headersOf(raw: readonly string[]): Record<string, readonly string[]> {
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const groups = Map.groupBy(names.keys(), (index) => names[index] ?? '')
  return Object.fromEntries(
    [...groups].map(([name, places]) => [name, places.map((index) => raw[2 * index + 1] ?? '')]),
  )
}
