import { spawn } from 'node:child_process'
import type { JournalObserver } from '../../../src/app/rollouts/record-step.ts'
import { mainFile, observedFile } from './program.ts'

/** A moment in a rollout's journal: a step that is durable (`before` its effect), or an effect that has happened. */
export type Moment = Parameters<JournalObserver>[0]

/** What a command printed, once it has ended. */
export interface LongshoreResult {
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** The command while it runs. */
export interface RunningLongshore {
  readonly ended: Promise<LongshoreResult>
  /** What it logged so far. */
  log(): string
  /** What it printed so far. */
  output(): string
  kill(signal: NodeJS.Signals): void
  /** Asks it to end, and gives its exit code. */
  stop(): Promise<number | null>
}

/** Called at every moment of every journal; the command goes on when it resolves, and dies when it rejects. */
export type OnMoment = (moment: Moment, running: RunningLongshore) => void | Promise<void>

interface LongshoreOptions {
  readonly config: string
  readonly state: string
  /** Beside what every process needs. */
  readonly env?: NodeJS.ProcessEnv
  readonly onMoment?: OnMoment | undefined
}

/** Arguments and environment of the command, with nothing of the person's own settings. */
export function longshoreCommand(
  args: readonly string[],
  { config, state, env = {} }: LongshoreOptions,
): { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  return {
    args: ['--config', config, '--state', state, ...args],
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...env },
  }
}

/** Starts the command as a process of its own; it ends with this process at the latest. */
export function startLongshore(args: readonly string[], options: LongshoreOptions): RunningLongshore {
  const { onMoment } = options
  const command = longshoreCommand(args, options)
  const main = onMoment === undefined ? mainFile : observedFile
  const child = spawn(process.execPath, [main, ...command.args], {
    env: command.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const printed = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (text: string) => (printed[stream] += text))
  }
  const killWithUs = () => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let failure: unknown
  const ended = new Promise<LongshoreResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs)
      if (failure === undefined) resolve({ code, signal, ...printed })
      else reject(failure)
    })
  })
  const running: RunningLongshore = {
    ended,
    log: () => printed.stderr,
    output: () => printed.stdout,
    kill: (signal) => void child.kill(signal),
    async stop() {
      child.kill('SIGTERM')
      return (await ended).code
    },
  }
  child.on('message', async (moment) => {
    try {
      // Sent by `observed.ts` and by nothing else.
      await onMoment?.(moment as Moment, running)
      if (child.connected) child.send('go on', () => {})
    } catch (error) {
      failure = error
      child.kill('SIGKILL')
    }
  })
  return running
}
