import { execFile } from 'node:child_process'
import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { secret } from '../../../lib/secret.ts'
import { createCredential } from './credentials.ts'
import type { Credential } from './credentials.ts'

const usualTimeoutMs = 5000
const outputBytesMax = 64 * 1024

const answerSchema = z.object({ Username: z.string(), Secret: z.string() })

/**
 * Asks `docker-credential-<name>` for the credentials of a server, without a shell.
 *
 * @param path the file that names the helper, for messages
 * @param timeoutMs after which it is killed; 5 s when left out
 * @returns null when the helper knows none
 * @throws CREDENTIALS_INVALID, never with what the helper printed
 * @see docker-credential-helpers, README "Development"
 */
export async function askHelper(
  name: string,
  server: string,
  path: string,
  timeoutMs = usualTimeoutMs,
): Promise<Credential | null> {
  const where = `${path}: the credential helper ${quote(name)} for ${server}`
  if (!/^[\w][\w.-]{0,63}$/.test(name)) throw new AppError('CREDENTIALS_INVALID', `${where} has a wrong name`)
  const { failure, output } = await run(`docker-credential-${name}`, server, timeoutMs)
  if (failure !== null) {
    if (/credentials not found/i.test(output)) return null
    throw new AppError('CREDENTIALS_INVALID', `${where} failed (${failure})`)
  }
  const answer = answerSchema.safeParse(parseJson(output))
  if (!answer.success) throw new AppError('CREDENTIALS_INVALID', `${where} gave no credentials`)
  // Some answer so of what they do not have.
  if (answer.data.Username === '' && answer.data.Secret === '') return null
  return createCredential(answer.data.Username, secret(answer.data.Secret))
}

function run(command: string, input: string, timeoutMs: number): Promise<{ failure: string | null; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ failure: string | null; output: string }>()
  const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: outputBytesMax } as const
  const child = execFile(command, ['get'], options, (error, output) => {
    resolve({ failure: error && (error.killed ? 'no answer in time' : `exit ${String(error.code)}`), output })
  })
  child.stdin?.on('error', () => {}) // a helper that ends without reading tells more by its exit code
  child.stdin?.end(input)
  return promise
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
