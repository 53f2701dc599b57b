import { AppError, type ErrorCode } from '../../errors.ts'
import { escapeControls } from '../../lib/escape-controls.ts'
import { redact, strikeOut } from '../../lib/secret.ts'
import type { ComposeProject } from './project.ts'
import type { RunResult } from '../../lib/process/run-command.ts'
import { isProgress } from './steps.ts'
import { withoutWarnings } from './warnings.ts'

/** Longest sentence of Compose that is passed on, in characters. */
const messageMax = 1000

/**
 * Whose fault a failed command is, by its words (Compose 2.26.1, engine 26.1). The first that matches decides, so what
 * the surroundings lack comes before what the image itself is blamed for.
 */
const causes: readonly (readonly [ErrorCode, RegExp])[] = [
  ['TARGET_FORBIDDEN', /permission denied while trying to connect|authorization denied by plugin/i],
  ['TARGET_UNAVAILABLE', /cannot connect to the docker daemon|error during connect|client version \S+ is too/i],
  ['TARGET_UNAVAILABLE', /docker\.sock.*(EOF|connection (refused|reset)|broken pipe)|unexpected EOF|context canceled/i],
  ['COMPOSE_DEPENDENCY_UNREADY', /dependency failed to start|didn't complete successfully|dependency .* failed/i],
  ['TARGET_CONFLICT', /port is already allocated|address already in use|cannot assign requested address/i],
  [
    'TARGET_CONFLICT',
    /container name .* is already in use|endpoint with name .* already exists|removal .* in progress/i,
  ],
  ['TARGET_CONFLICT', /\bnetwork \S+ not found|no available (IPv[46] )?address|could not be found|external volume/i],
  ['TARGET_CONFLICT', /bind source path does not exist|no such container/i],
  ['TARGET_FAILED', /no such image|no space left on device|cannot allocate memory|too many open files|cgroup/i],
  ['TARGET_FAILED', /device information|could not select device driver|logging driver|\/proc\/sys\//i],
  ['TARGET_START_FAILED', /OCI runtime create failed|exec format error|no command specified/i],
  ['TARGET_START_FAILED', /unable to find (user|group)|matching entries in (passwd|group) file/i],
  ['TARGET_START_FAILED', /Cannot mkdir: .* is not a directory/],
  ['COMPOSE_FILE_INVALID', /no such service|env file|invalid project name|invalid compose project|failed to read/i],
  ['COMPOSE_FILE_INVALID', /custom container name/i],
]

/**
 * What a socket proxy answered in the place of the engine: a page of HTML or a bare line, which Compose quotes as the
 * engine's words, or nothing, of which it makes a sentence of its own (2.26.1). The request is not in it, or its method.
 */
const byProxy = [
  /<h1>\s*40[135] /i,
  /^Error response from daemon: (40[135] )?(Unauthorized|Forbidden|Method Not Allowed)\s*$/im,
  /request returned (40[135] )?(Unauthorized|Forbidden|Method Not Allowed) for API route/i,
]
const refusedByProxy =
  'a proxy before the engine refused something that docker compose asked for; docs/socket-proxy.md lists what it has to let through'

/** Exit codes of Compose for files that are missing (14) or cannot be read (15, 16). @see compose, cmd/compose/compose.go */
const fileExitCodes: readonly (number | null)[] = [14, 15, 16]

/**
 * What a failed command means.
 *
 * @param kind of `read`, which asks no engine, everything but a limit is the files' fault
 * @param secrets values that are struck out
 */
export function composeFailure(
  result: RunResult,
  kind: 'read' | 'up',
  project: ComposeProject,
  secrets: readonly string[],
): AppError {
  if (result.code === null) {
    return new AppError(
      'TARGET_FAILED',
      `docker compose did not end in time and was ended: ${sentence(result, secrets)}`,
    )
  }
  const words = sentence(result, secrets)
  if (byProxy.some((pattern) => pattern.test(result.stderr))) return new AppError('TARGET_FORBIDDEN', refusedByProxy)
  const message = words || `docker compose ended with exit code ${result.code}`
  const code = codeOf(result.code, message, kind)
  return new AppError(code, code === 'COMPOSE_FILE_INVALID' ? `${project.files.join(', ')}: ${message}` : message)
}

function codeOf(exitCode: number, message: string, kind: 'read' | 'up'): ErrorCode {
  if (fileExitCodes.includes(exitCode)) return 'COMPOSE_FILE_INVALID'
  const cause = causes.find(([, pattern]) => pattern.test(message))?.[0]
  return cause ?? (kind === 'read' ? 'COMPOSE_FILE_INVALID' : 'TARGET_FAILED')
}

/** Compose's own words, in one line. */
function sentence({ stderr }: RunResult, secrets: readonly string[]): string {
  const words = withoutWarnings(stderr)
    .filter((text) => !isProgress(text))
    .join(' ')
    .replaceAll('Error response from daemon: ', '')
    .replaceAll(/:\/\/[^\s/@]+@/g, '://***@')
  return escapeControls(strikeOut(redact(words), secrets)).slice(0, messageMax)
}
