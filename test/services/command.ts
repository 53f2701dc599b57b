import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv
  /** Working folder; ours unless told otherwise. */
  readonly cwd?: string
  /** The program is killed after this time; a minute unless told otherwise. */
  readonly limitMs?: number
}

interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program without a shell and gives what it printed, whatever its exit code.
 * The code is 127 when the program cannot be started, and 128 when it was killed.
 */
export async function tryRun(
  file: string,
  args: readonly string[],
  { env = process.env, cwd = process.cwd(), limitMs = 60_000 }: CommandOptions = {},
): Promise<CommandResult> {
  // In a session of its own, so that a Ctrl-C stops us between two programs and not in the middle of one.
  const child = spawn(file, args, {
    env,
    cwd,
    detached: true,
    timeout: limitMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<{ code: number; why: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: 127, why: error.message }))
    child.once('close', (code, signal) => resolve({ code: code ?? 128, why: signal ?? '' }))
  })
  const [stdout, stderr, { code, why }] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr: `${stderr}${why}` }
}

/**
 * Runs a program without a shell and gives its standard output.
 *
 * @throws Error with the last lines of what the program printed, when it fails
 */
export async function run(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryRun(file, args, options)
  if (code === 0) return stdout
  throw new Error(`${file} ${args.join(' ')} failed with ${code}:\n${lastLines(stderr || stdout)}`)
}

/** Whether a program of this name is on the PATH. */
export async function isInstalled(name: string): Promise<boolean> {
  return (await tryRun('sh', ['-c', 'command -v "$1"', 'sh', name])).code === 0
}

/** The end of a log, short enough for an error message. */
export function lastLines(log: string): string {
  return log.trimEnd().split('\n').slice(-20).join('\n')
}
