import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitUntil } from '../../services/wait.ts'
import { main } from '../start-up.ts'
import type { Settings, Workplace } from '../workplace.ts'

/** The released service, listening for events. Ends with the block that holds it. */
export interface Listener extends AsyncDisposable {
  /** How often a workload was found to be current after it was not. */
  timesCurrent(id: string): number
  /** Waits until it was so many times. */
  untilCurrent(id: string, times: number): Promise<void>
}

export async function startListener(workplace: Workplace, settings: Settings): Promise<Listener> {
  const { configFile, stateFolder } = workplace.configure(settings)
  // Compose is found by the path, and wants a home.
  const env = { PATH: process.env['PATH'], HOME: workplace.folder }
  const args = [main, '--config', configFile, '--state', stateFolder, 'run']
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  const timesCurrent = (id: string) => log.split(`${id}: current: `).length - 1
  const until = (what: string, isTrue: () => boolean) =>
    waitUntil(what, isTrue, {
      limitMs: 20_000,
      everyMs: 20,
      hopeless: () => (child.exitCode === null ? undefined : new Error(`the service ended:\n${log}`)),
    }).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${log}`)
    })
  await until('the service listens', () => log.includes('listening at'))
  return {
    timesCurrent,
    untilCurrent: async (id, times) => void (await until(`${id} is current`, () => timesCurrent(id) >= times)),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
