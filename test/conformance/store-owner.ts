import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isPostgresUrl, readPostgresUrl } from '../../src/lib/postgres-address.ts'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { historyEntry } from './store-rows.ts'

/** A process of its own that tries to own a state. */
export interface OwnerProcess {
  readonly pid: number
  /** The next line that it prints: `open`, then one number per history entry that has been written. */
  nextLine(): Promise<string>
  /** Ends it at once wherever it is, and gives the lines that had not been asked for. */
  kill(): Promise<readonly string[]>
}

/** Starts one that opens the state in a folder or database, refused or not, under umask 0, then waits or writes history without end. */
export function startOwner(place: string, task: 'hold' | 'write'): OwnerProcess {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), place, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done === true) throw new Error('the owner process ended without a word')
    return line.value
  }
  const ended = once(child, 'exit')
  const kill = async (): Promise<readonly string[]> => {
    child.kill('SIGKILL')
    await ended
    const rest: string[] = []
    for (let line = await lines.next(); line.done !== true; line = await lines.next()) rest.push(line.value)
    return rest
  }
  if (child.pid === undefined) throw new Error('the owner process could not be started')
  return { pid: child.pid, nextLine, kill }
}

async function own(place: string, task: string): Promise<void> {
  process.umask(0)
  const store = await open(place)
  say('open')
  if (task === 'write') await writeHistory(store)
  setInterval(() => {}, 60_000)
}

async function open(place: string): Promise<Store> {
  const options = { access: 'owner', now: () => 0 } as const
  const address = isPostgresUrl(place) ? readPostgresUrl(place) : null
  if (address === null) return stores.sqlite({ ...options, folder: place })
  if ('problem' in address) throw new Error(address.problem)
  return stores.postgres({ ...options, address })
}

async function writeHistory(store: Store): Promise<never> {
  for (let written = 0; ; written += 1) {
    await store.addHistory(historyEntry({ at: String(written) }))
    say(String(written))
  }
}

/** Writing to a pipe is synchronous: what was said has been said when the process is killed. */
function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [place = '', task = ''] = process.argv.slice(2)
  own(place, task).catch((error: unknown) => {
    say(error instanceof Error ? error.message : String(error))
  })
}
