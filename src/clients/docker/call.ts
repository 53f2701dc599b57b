import { AppError } from '../../errors.ts'
import { chooseApiVersion, type EngineVersion } from './api-version.ts'
import { formatEngineAddress, type EngineAddress } from './engine-address.ts'
import { engineError, readMessage } from './engine-error.ts'
import { exchange, openConnection, readBody, subjectOf, type EngineAnswer, type EngineRequest } from './exchange.ts'
import { refusal } from './refusal.ts'

/** Calls to one engine, in the API version that both sides know. */
export interface Call {
  readonly version: (signal: AbortSignal) => Promise<EngineVersion>
  /** Any answer below 400, its body unread. @throws TARGET_* by status */
  readonly open: (request: EngineRequest, signal: AbortSignal) => Promise<EngineAnswer>
  /** The answer's JSON; null when it is empty. @throws TARGET_* by status */
  readonly json: (request: EngineRequest, signal: AbortSignal) => Promise<unknown>
  /** Asks afresh whether the engine answers. @throws TARGET_UNAVAILABLE and what else keeps us from it */
  readonly ping: (signal: AbortSignal) => Promise<void>
  readonly close: () => void
}

/** Largest JSON answer: lists of some ten thousand containers. */
const bodyBytesMax = 64 * 1024 * 1024

const pingLimitMs = 5000

export function createCall(address: EngineAddress): Call {
  const connection = openConnection(address)
  let known: EngineVersion | null = null

  const read = async (request: EngineRequest, signal: AbortSignal): Promise<unknown> => {
    const subject = subjectOf(request)
    const answer = await refuseErrors(await exchange(connection, request, signal), request, address)
    const text = (await readBody(answer, bodyBytesMax, subject)).toString('utf8')
    return text.trim() === '' ? null : parse(text, subject)
  }

  const ask = async (signal: AbortSignal, limitMs?: number): Promise<EngineVersion> => {
    const request = { method: 'GET', path: '/version', ...(limitMs === undefined ? {} : { limitMs }) } as const
    known = chooseApiVersion(await read(request, signal))
    return known
  }

  const version = async (signal: AbortSignal): Promise<EngineVersion> => known ?? (await ask(signal))

  const versioned = async (request: EngineRequest, signal: AbortSignal): Promise<EngineRequest> => {
    const { api, own } = await version(signal)
    return { ...request, path: `/v${request.isOwnVersion === true ? own : api}${request.path}` }
  }

  /** An engine that was away may come back as another version. */
  const forgetting = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof AppError && error.code === 'TARGET_UNAVAILABLE') known = null
      throw error
    }
  }

  return {
    version,
    open: (request, signal) =>
      forgetting(
        versioned(request, signal)
          .then((each) => exchange(connection, each, signal))
          .then((answer) => refuseErrors(answer, request, address)),
      ),
    json: (request, signal) => forgetting(versioned(request, signal).then((each) => read(each, signal))),
    ping: async (signal) => {
      await ask(signal, pingLimitMs)
    },
    close: () => connection.agent.destroy(),
  }
}

/** A part of a path: a name, an id or an image reference, whose slashes stay. */
export const encodeName = (name: string): string => name.split('/').map(encodeURIComponent).join('/')

async function refuseErrors(
  answer: EngineAnswer,
  request: EngineRequest,
  address: EngineAddress,
): Promise<EngineAnswer> {
  const { status } = answer
  if (status < 400) return answer
  const subject = subjectOf(request)
  const body = (await readBody(answer, 64 * 1024, subject)).toString('utf8')
  const refused = { status, body, message: readMessage(body) }
  const refusedBy = refusal(request, refused, { subject, address: formatEngineAddress(address) })
  throw refusedBy ?? engineError(status, body, subject)
}

function parse(text: string, subject: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('TARGET_FAILED', `${subject}: the engine's answer is not JSON`, { cause })
  }
}
