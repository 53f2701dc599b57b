import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { tryRun } from '../../services/command.ts'

/** The command line, from its sources. */
export const mainFile = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** How one run of the command ended, and what it said. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Environment = Readonly<Record<string, string>>

/** Runs the real command to its end, with nothing of our own environment but the path to programs. */
export function longshore(args: readonly string[], env: Environment = {}): Promise<Ended> {
  return tryRun(process.execPath, [mainFile, ...args], { env: clean(env) })
}

/** A command that goes on running. */
export interface Running {
  /** What it wrote on standard error so far. */
  log(): string
  /** Asks it to end, and waits until it has. @returns its exit code */
  stop(): Promise<number | null>
}

/** Starts the real command, as a service does. It ends with `stop`, or with this process. */
export function startLongshore(args: readonly string[], env: Environment = {}): Running {
  const child = spawn(process.execPath, [mainFile, ...args], {
    env: clean(env),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const killWithUs = () => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  return {
    log: () => log,
    async stop() {
      child.kill('SIGTERM')
      const code = await ended
      process.off('exit', killWithUs)
      return code
    },
  }
}

function clean(env: Environment): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: '/nonexistent', ...env }
}
