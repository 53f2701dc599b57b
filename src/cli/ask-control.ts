import { refusalSchema, type AnswerOf, type BodyOf, type ControlRoute } from '../contract/control.ts'
import { AppError, errorTable, type ErrorCode } from '../errors.ts'
import { http } from '../lib/http.ts'

/** A word may have to wait for a registry; the service itself gives up on one before that. */
const answerMaxMs = 120_000

/** Longest answer that is read, in bytes. */
const answerMaxBytes = 8_000_000

/** Asks one thing of the service at a socket, over a connection of its own. */
export async function askControl<Route extends ControlRoute>(
  socket: string,
  route: Route,
  workload: string,
  body: BodyOf<Route>,
): Promise<AnswerOf<Route>> {
  const path = route.path.replace(':workload', encodeURIComponent(workload))
  const { status, text } = await exchange(socket, route.method, path, route.method === 'GET' ? null : body)
  const told = parseJson(text)
  if (status !== 200) throw toError(told, status)
  const read = route.answer.safeParse(told)
  if (!read.success)
    throw new AppError('CONTROL_VERSION', 'the answer of the service cannot be read', { cause: read.error })
  // One schema of the union was applied, that of this route.
  return read.data as AnswerOf<Route>
}

interface Reply {
  readonly status: number
  readonly text: string
}

function exchange(socketPath: string, method: string, path: string, body: object | null): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const payload = body === null ? null : Buffer.from(JSON.stringify(body))
  const headers = payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }
  const asked = http.request({ socketPath, method, path, headers, agent: false, timeout: answerMaxMs }, (response) => {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > answerMaxBytes) response.destroy(new Error('its answer is too long'))
      else chunks.push(chunk)
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    response.on('error', (error) => reject(unreachable(socketPath, error)))
  })
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMaxMs / 1000} s`)))
  asked.on('error', (error) => reject(unreachable(socketPath, error)))
  asked.end(payload)
  return promise
}

const unreachable = (socket: string, cause: Error): AppError =>
  new AppError('CONTROL_UNREACHABLE', `the service at ${socket} went away, or does not answer: ${cause.message}`, {
    cause,
  })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The error that the service answered with. */
function toError(told: unknown, status: number): AppError {
  const read = refusalSchema.safeParse(told)
  // While it closes, the server refuses in its own words.
  if (!read.success) return new AppError('CONTROL_UNREACHABLE', `the service is stopping (status ${status})`)
  const { code, message } = read.data.error
  return isErrorCode(code) ? new AppError(code, message) : new AppError('CONTROL_VERSION', `${code}: ${message}`)
}

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code)
