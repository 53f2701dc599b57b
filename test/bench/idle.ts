import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../services/wait.ts'
import { startChild } from './child.ts'
import type { Figure } from './figure.ts'
import type { Answer, Question } from './scans/surroundings.ts'
import { main } from './start-up.ts'
import type { Workplace } from './workplace.ts'

/** After the first pass, so that what that left over has been collected if it ever is. */
const settleMs = 4000

/** What the released service keeps in memory while nothing happens. */
export async function measureIdle(workplace: Workplace, workloads: number): Promise<Figure> {
  await using surroundings = await startChild<Question, Answer>(join(import.meta.dirname, 'scans/surroundings.ts'))
  const { engine } = await surroundings.ask({ kind: 'open', images: workloads, auth: 'none' })
  const { configFile, stateFolder } = workplace.configure({ engine })
  const args = [main, '--config', configFile, '--state', stateFolder, 'run']
  const value = await idleMB(args, (log) => log.split(' current: ').length > workloads)
  const bare = await idleMB(['-e', 'setInterval(() => {}, 60_000)'], () => true)
  return {
    what: `the service, idle, ${workloads} workloads`,
    value,
    unit: 'MB',
    floor: { what: 'an idle node', value: bare },
    budget: { most: 90 },
  }
}

async function idleMB(args: readonly string[], isReady: (log: string) => boolean): Promise<number> {
  const child = spawn(process.execPath, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  try {
    await waitUntil('the service has looked at all workloads', () => isReady(log), {
      limitMs: 20_000,
      hopeless: () => (child.exitCode === null ? undefined : new Error(`it ended:\n${log}`)),
    })
    await delay(settleMs)
    const [, rssKiB = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? []
    return (Number(rssKiB) * 1024) / 1e6
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}
