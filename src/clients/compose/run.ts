import { spawn, type ChildProcess } from 'node:child_process'
import { AppError } from '../../errors.ts'
import { openOutput, outputBytesMax } from './output.ts'

export interface RunRequest {
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
}

export interface RunResult {
  /** Null when it was ended by the limit. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Whether it printed more than is kept. */
  readonly isCut: boolean
}

/** Time between the request to end and the end by force. */
const graceMs = 2000
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
  if (signal.aborted) throw aborted()
  const stdout = openOutput(request.scratchFolder)
  const stderr = openOutput(request.scratchFolder)
  try {
    const [file, ...args] = request.command
    const child = spawn(file, args, {
      cwd: request.folder,
      env: { ...request.environment },
      detached: true,
      stdio: ['ignore', stdout.fd, stderr.fd],
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
  { limitMs, onAbort }: RunRequest,
  signal: AbortSignal,
  hasTooMuch: () => boolean,
): Promise<number | 'limit' | 'missing'> {
  const { promise, resolve, reject } = Promise.withResolvers<number | 'limit' | 'missing'>()
  let isOverLimit = false
  const endChild = (): void => {
    killGroup(child, 'SIGTERM')
    // Once it is asked to end, it is not left to end after us.
    setTimeout(() => killGroup(child, 'SIGKILL'), graceMs).unref()
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
    reject(aborted())
  }
  signal.addEventListener('abort', abort, { once: true })
  child.once('error', (error) =>
    'code' in error && error.code === 'ENOENT' ? resolve('missing') : reject(cannotStart(error)),
  )
  child.once('exit', (code) => {
    if (signal.aborted) reject(aborted())
    else resolve(isOverLimit ? 'limit' : (code ?? 128))
  })
  return promise.finally(() => {
    clearTimeout(limit)
    clearInterval(watch)
    signal.removeEventListener('abort', abort)
  })
}

/** The command and the plug-in that it started. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  try {
    process.kill(-pid, signal)
  } catch {
    // Already gone, which is what was wanted.
  }
}

const aborted = (): AppError => new AppError('ABORTED', 'stopped while docker compose ran')

const cannotStart = (cause: Error): AppError =>
  new AppError('TARGET_FAILED', 'docker compose cannot be started', { cause })
