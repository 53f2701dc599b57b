import { isUtf8 } from 'node:buffer'
import type { ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Receive } from '../../app/events/receive-event.ts'
import type { ProvenNetworks } from '../../app/events/proven-networks.ts'
import type { RequestHead, ShowsSecret } from '../../app/events/shown-secret.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { ClientReader } from '../listener/client-address.ts'
import { createBodyReader, eventMaxBytes, tooLarge, type WholeBody } from '../body-reader.ts'
import { createRefusals } from './refusals.ts'

interface HookDeps {
  readonly receive: Receive
  readonly showsSecret: ShowsSecret
  readonly proven: ProvenNetworks
  readonly clock: Clock
  readonly log: Log
  readonly clients: ClientReader
  readonly onRefusal: (response: ServerResponse) => void
}

/** When a sender should try again what could not be kept. */
const retryAfterMs = 10_000

interface HookParams {
  readonly source: string
  /** What follows it, which may be a secret: neither log nor answer may ever hold it. */
  readonly secret?: string
}

interface Hook {
  Params: HookParams
  Body: WholeBody | undefined
}

const nothing: WholeBody = { bytes: Buffer.alloc(0), believe: async () => {}, leave: () => {} }

/**
 * `POST /hooks/<source>`, and `/hooks/<source>/<secret>` for senders that know of addresses alone: size, then sign-in
 * over the raw bytes, and only then is anything read.
 */
export function addHookRoutes(app: FastifyInstance, deps: HookDeps): void {
  const { receive, showsSecret, log } = deps
  const refuse = createRefusals(deps)
  const readBody = createBodyReader(deps.clients, deps.proven)
  // Signatures are over the bytes as they came.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (request: FastifyRequest) => {
    const posted = request as FastifyRequest<Hook> // no other route takes a body
    return readBody(posted.raw, () => showsSecret(posted.params.source, headOf(posted)))
  })

  /** Whatever waits for its answer afterwards holds no body. */
  const hear = async (request: FastifyRequest<Hook>): ReturnType<Receive> => {
    const { bytes, believe, leave } = request.body ?? nothing
    request.body = undefined
    try {
      const outcome = await receive(request.params.source, { ...headOf(request), body: bytes })
      if (outcome !== 'refused') await believe()
      return outcome
    } catch (error) {
      throw notKept(error)
    } finally {
      leave()
    }
  }

  const take = async (request: FastifyRequest<Hook>, reply: FastifyReply): Promise<FastifyReply> => {
    const outcome = await hear(request)
    if (outcome === 'refused') throw await refuse(request.raw, reply.raw)
    if (outcome !== 'accepted') return reply.status(200).send(outcome)
    return reply.status(202).send({ status: outcome })
  }
  app.post<Hook>('/hooks/:source', { onRequest: admit }, take)
  app.post<Hook>('/hooks/:source/:secret', { onRequest: admit }, take)

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

/** What can be said before the body is there. */
async function admit({ raw, headers }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isEncoded(headers)) throw new AppError('EVENT_ENCODED', 'a body with an encoding is not read')
  if (Number(headers['content-length'] ?? 0) > eventMaxBytes) throw tooLarge()
  // Node asks for the body only where nobody looks at its headers first.
  if (headers.expect !== undefined && raw.httpVersion === '1.1') reply.raw.writeContinue()
}

/** By either header that can say so: nothing is ever unpacked. */
function isEncoded(headers: FastifyRequest['headers']): boolean {
  const content = headers['content-encoding'] ?? 'identity'
  const transfer = headers['transfer-encoding'] ?? 'chunked'
  return content.toLowerCase() !== 'identity' || transfer.toLowerCase() !== 'chunked'
}

function headOf({ raw, params: { secret = '' } }: FastifyRequest<Hook>): RequestHead {
  return { headers: headersOf(raw.rawHeaders), pathSecret: secret === '' ? null : secret }
}

/** Every value of every header: what Node makes of those that come twice would hide the second. */
function headersOf(raw: readonly string[]): Record<string, readonly string[]> {
  const names = raw.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const groups = Map.groupBy(names.keys(), (index) => names[index] ?? '')
  return Object.fromEntries(
    [...groups].map(([name, places]) => [name, places.map((index) => textOf(raw[2 * index + 1] ?? ''))]),
  )
}

/** Node makes a character of each byte. Most senders write UTF-8, and what is none is left as it is. */
function textOf(value: string): string {
  const bytes = Buffer.from(value, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : value
}
