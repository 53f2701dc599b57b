import { readdir, readFile } from 'node:fs/promises'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { operationVariable } from './environment.ts'

/** A process of a command that was started for an operation. */
export interface ComposeProcess {
  readonly pid: number
  readonly operation: string
}

const everyMs = 100
/** Longer than any `up` may take by itself. */
const limitDefaultMs = 11 * 60_000

/**
 * The running processes that were started for this operation, or for any; none where there is no `/proc`.
 * A process whose environment we may not read is not ours.
 */
export async function findComposeProcesses(operation?: string): Promise<readonly ComposeProcess[]> {
  const names = await readdir('/proc').catch(() => [])
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid): Promise<readonly ComposeProcess[]> => {
      const marked = await markOf(pid)
      return marked === null || (operation !== undefined && operation !== marked) ? [] : [{ pid, operation: marked }]
    }),
  )
  return found.flat()
}

async function markOf(pid: number): Promise<string | null> {
  if (pid === process.pid) return null
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const entry = environment.split('\0').find((each) => each.startsWith(`${operationVariable}=`))
  return entry === undefined ? null : entry.slice(operationVariable.length + 1)
}

/**
 * Waits until no command of this operation runs any more. After we were killed, or stopped in the middle of one, it may
 * still be at work, and a second one beside it makes both fail.
 *
 * @returns how many processes had to be waited for
 * @throws TARGET_CONFLICT when they do not end in time, ABORTED
 */
export async function waitForOrphans(
  operation: string,
  signal: AbortSignal,
  clock: Pick<Clock, 'elapsed' | 'sleep'>,
  limitMs: number = limitDefaultMs,
): Promise<number> {
  const deadline = clock.elapsed() + limitMs
  const seen = new Set<number>()
  for (;;) {
    const running = await findComposeProcesses(operation)
    if (running.length === 0) return seen.size
    for (const { pid } of running) seen.add(pid)
    if (clock.elapsed() >= deadline) {
      const pids = running.map(({ pid }) => pid).join(', ')
      throw new AppError('TARGET_CONFLICT', `an earlier docker compose of this rollout still runs (process ${pids})`)
    }
    await clock.sleep(everyMs, signal)
    if (signal.aborted) throw new AppError('ABORTED', 'stopped while an earlier docker compose still ran')
  }
}
