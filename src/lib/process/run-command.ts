import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { openOutput, outputBytesMax } from './output.ts'

export interface RunRequest {
  /** What it is called in messages: `docker compose`. */
  readonly subject: string
  /** The program first, as it is found on the PATH of `environment`. */
  readonly command: readonly [string, ...string[]]
  /** All of it: nothing of ours is added. */
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly limitMs: number
  /**
   * What happens when the signal fires: `end` ends the command, `leave` lets it finish by itself. What is ended in the
   * middle of a recreation leaves its service stopped.
   */
  readonly onAbort: 'end' | 'leave'
  /** Where what it prints is kept meanwhile; the machine's folder for that unless told otherwise. */
  readonly scratchFolder?: string | undefined
  /** Time between the request to end and the end by force; two seconds unless told otherwise. */
  readonly graceMs?: number
  /** Keeps both outputs in one, as a terminal would show them: all is `stdout` then. */
  readonly joinsOutputs?: boolean
}

export interface RunResult {
  /** Null when it was ended by the limit. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Whether it printed more than is kept. */
  readonly isCut: boolean
}

const graceDefaultMs = 2000
const watchMs = 250
/** A command that prints this much has gone wrong. */
const printedBytesMax = 16 * outputBytesMax

/**
 * Runs a program without a shell and without input, in a process group of its own.
 *
 * @returns null when there is no such program
 * @throws ABORTED, TARGET_FAILED when its output has no place
 */
export async function runCommand(request: RunRequest, signal: AbortSignal): Promise<RunResult | null> {
  const { subject, scratchFolder } = request
  if (signal.aborted) throw aborted(subject)
  const stdout = openOutput(subject, scratchFolder)
  const stderr = openOutput(subject, scratchFolder)
  try {
    const [file, ...args] = request.command
    const child = spawn(file, args, {
      cwd: request.folder,
      env: { ...request.environment },
      detached: true,
      stdio: ['ignore', stdout.fd, request.joinsOutputs === true ? stdout.fd : stderr.fd],
    })
    const hasTooMuch = (): boolean => Math.max(stdout.sizeBytes(), stderr.sizeBytes()) > printedBytesMax
    const end = await ended(child, request, signal, hasTooMuch)
    if (end === 'missing') return null
    const isCut = Math.max(stdout.sizeBytes(), stderr.sizeBytes()) > outputBytesMax
    return { code: end === 'limit' ? null : end, stdout: stdout.text(), stderr: stderr.text(), isCut }
  } finally {
    stdout.close()
    stderr.close()
  }
}

/** An exit code, or why there is none. A program that was killed by somebody else counts as 128. */
function ended(
  child: ChildProcess,
  { subject, limitMs, onAbort, graceMs = graceDefaultMs }: RunRequest,
  signal: AbortSignal,
  hasTooMuch: () => boolean,
): Promise<number | 'limit' | 'missing'> {
  const { promise, resolve, reject } = Promise.withResolvers<number | 'limit' | 'missing'>()
  let isOverLimit = false
  let ending: Promise<void> | null = null
  const endChild = (): void => {
    ending ??= endGroup(child, graceMs)
  }
  const overLimit = (): void => {
    isOverLimit = true
    clearTimeout(limit)
    clearInterval(watch)
    endChild()
  }
  const limit = setTimeout(overLimit, limitMs)
  const watch = setInterval(() => hasTooMuch() && overLimit(), watchMs)
  const abort = (): void => {
    if (onAbort === 'end') return endChild()
    child.unref()
    reject(aborted(subject))
  }
  signal.addEventListener('abort', abort, { once: true })
  child.once('error', (error) =>
    'code' in error && error.code === 'ENOENT' ? resolve('missing') : reject(cannotStart(subject, error)),
  )
  child.once('exit', async (code) => {
    // What it started and did not end itself must not outlive it, nor us.
    await ending
    if (signal.aborted) reject(aborted(subject))
    else resolve(isOverLimit ? 'limit' : (code ?? 128))
  })
  return promise.finally(() => {
    clearTimeout(limit)
    clearInterval(watch)
    signal.removeEventListener('abort', abort)
  })
}

/** Asks the command and all that it started to end, and ends by force what has not when the grace is over. */
async function endGroup(child: ChildProcess, graceMs: number): Promise<void> {
  const until = performance.now() + graceMs
  if (!signalGroup(child, 'SIGTERM')) return
  while (signalGroup(child, 0)) {
    if (performance.now() >= until) return void signalGroup(child, 'SIGKILL')
    await sleep(groupLookMs)
  }
}

const groupLookMs = 20

/** @returns whether there is anything left of its process group; the system gives its number to no other until then */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}

const aborted = (subject: string): AppError => new AppError('ABORTED', `stopped while ${subject} ran`)

const cannotStart = (subject: string, cause: Error): AppError =>
  new AppError('TARGET_FAILED', `${subject} cannot be started`, { cause })
