import { spawn } from 'node:child_process'
import { waitUntil } from '../services/wait.ts'
import type { Halts, ReachedMoment } from './crash-child.ts'
import { crashFile } from './stage/program.ts'
import type { Scene } from './stage/scene.ts'

/** `longshore run --once` in a process that can be killed at moments of its journals. */
export interface CrashRun {
  /** Waits for its end, and gives every moment that a rollout reached, in order, by the name of its workload. */
  ended(): Promise<ReadonlyMap<string, readonly string[]>>
  /** Waits until each rollout stands at its moment, then kills the process. @throws Error when it ends before */
  crash(): Promise<void>
  /** Kills the process at once, wherever its rollouts stand. @throws Error when it had ended before */
  kill(): Promise<void>
}

interface CrashOptions {
  /** By the name of a workload, the moment at which its rollout is to be when the process is killed. */
  readonly crashAt?: Readonly<Record<string, string>>
  /** By the name of a workload, what happens while its rollout stands still at a moment, and then goes on. */
  readonly meanwhile?: Readonly<Record<string, { readonly moment: string; readonly act: () => Promise<void> }>>
}

/**
 * For a test that kills many rollouts at once. On a machine of its own it takes a tenth of that; beside other files, each
 * with an engine that starts containers and checks their health, several times as long.
 */
export const crashTestLimitMs = 300_000

/** So that what is missing is told before the test itself is over. */
const limitMs = 200_000

/** Starts a pass. It has to be ended by `ended` or `crash`. */
export function startCrashRun({ configFile, stateFolder }: Scene, options: CrashOptions = {}): CrashRun {
  const { crashAt = {}, meanwhile = {} } = options
  const names = new Set([...Object.keys(crashAt), ...Object.keys(meanwhile)])
  const halts: Halts = Object.fromEntries(
    [...names].map((name) => [name, [crashAt[name], meanwhile[name]?.moment].filter((each) => each !== undefined)]),
  )
  const args = ['--config', configFile, '--state', stateFolder, 'run', '--once']
  const child = spawn(process.execPath, [crashFile, JSON.stringify(halts), ...args], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  const reached = new Map<string, readonly string[]>()
  let log = ''
  let failure: Error | undefined
  child.on('message', async (message) => {
    const { workload, moment } = message as ReachedMoment // sent by crash-child.ts and by nothing else
    reached.set(workload, [...(reached.get(workload) ?? []), moment])
    if (meanwhile[workload]?.moment !== moment || crashAt[workload] === moment) return
    try {
      await meanwhile[workload].act()
      child.send(workload)
    } catch (error) {
      failure = new Error(`at ${moment} of ${workload}`, { cause: error })
      child.kill('SIGKILL')
    }
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const missing = () => Object.entries(crashAt).filter(([workload, moment]) => !reached.get(workload)?.includes(moment))
  return {
    async ended() {
      await closed
      if (failure !== undefined) throw failure
      return reached
    },
    async kill() {
      const hasEnded = child.exitCode !== null || child.signalCode !== null
      child.kill('SIGKILL')
      await closed
      if (hasEnded) throw new Error(`it had ended before:\n${log}`)
    },
    async crash() {
      try {
        await waitUntil('each rollout stands at its moment', () => missing().length === 0, {
          limitMs,
          everyMs: 5,
          hopeless: () => {
            if (child.exitCode === null && child.signalCode === null) return undefined
            return failure ?? new Error(`it ended before ${JSON.stringify(missing())}:\n${log}`)
          },
        })
      } catch (cause) {
        throw new Error(`not reached: ${JSON.stringify(missing())}:\n${log}`, { cause })
      } finally {
        child.kill('SIGKILL')
        await closed
      }
    },
  }
}
