import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Scene } from '../e2e/stage/scene.ts'
import { waitUntil } from '../services/wait.ts'
import type { Halted, Orders } from './kill-child.ts'

/** So long may a hundred rollouts take to reach their moments. */
const limitMs = 300_000

/**
 * Starts a pass in a process of its own, waits until each rollout stands at its moment, and kills the process.
 * @returns by the name of a workload, where its rollout stood
 * @throws Error when the process ends before, with the end of what it logged
 */
export async function killPass(
  { configFile, stateFolder }: Scene,
  orders: Orders,
): Promise<ReadonlyMap<string, Halted>> {
  const program = join(import.meta.dirname, 'kill-child.ts')
  const args = ['--config', configFile, '--state', stateFolder, 'run', '--once']
  const child = spawn(process.execPath, [program, JSON.stringify(orders), ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  const killWithUs = () => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  let log = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-20_000)))
  const halted = new Map<string, Halted>()
  child.on('message', (message) => {
    const each = message as Halted // sent by kill-child.ts and by nothing else
    halted.set(each.workload, each)
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const missing = () => Object.keys(orders.halts).filter((name) => !halted.has(name))
  try {
    await waitUntil('each rollout stands at its moment', () => missing().length === 0, {
      limitMs,
      hopeless: () => {
        if (child.exitCode === null && child.signalCode === null) return undefined
        return new Error('it ended')
      },
    })
  } catch (cause) {
    throw new Error(`${missing().join(', ')} did not come to their moments:\n${log}`, { cause })
  } finally {
    child.kill('SIGKILL')
    await closed
    process.off('exit', killWithUs)
  }
  return halted
}
