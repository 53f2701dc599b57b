import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { waitUntil } from './wait.ts'

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  /** The program first; empty for a kernel thread. */
  readonly commandLine: readonly string[]
}

/**
 * A name for a running process that no later process shares: its id and the kernel's start time.
 * Undefined when there is no such process.
 */
export function identify(pid: number): string | undefined {
  const fields = statFields(pid)
  // Field 22 of /proc/PID/stat; `statFields` begins with the third. A zombie (Z) has ended.
  return fields === undefined || fields[0] === 'Z' ? undefined : `${pid}-${fields[19]}`
}

/** Sends a signal to a process that may already be gone. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // Already gone, which is what was wanted.
  }
}

/** Kills a process with all its descendants, and waits until they are gone. */
export const killTree = (root: number): Promise<void> =>
  killAll(`process ${root} and its descendants`, ({ pid }) => pid === root)

/**
 * Kills the processes of these programs that were started with `argument` as part of an argument,
 * with all their descendants, and waits until they are gone.
 */
export const killPrograms = (programs: readonly string[], argument: string): Promise<void> =>
  killAll(
    `the processes of ${argument}`,
    ({ commandLine: [program = '', ...rest] }) =>
      programs.includes(basename(program)) && rest.some((one) => one.includes(argument)),
  )

async function killAll(what: string, isRoot: (entry: ProcessEntry) => boolean): Promise<void> {
  // Looked up anew each time: one more process may be started while its parent is being killed.
  const killed = new Set<number>()
  await waitUntil(`${what} are gone`, () => {
    const all = listProcesses()
    for (const pid of withDescendants(all.filter(isRoot), all)) killed.add(pid)
    const alive = all.filter(({ pid }) => killed.has(pid) && identify(pid) !== undefined)
    for (const { pid } of alive) kill(pid, 'SIGKILL')
    return alive.length === 0
  })
}

function withDescendants(roots: readonly ProcessEntry[], all: readonly ProcessEntry[]): Set<number> {
  const found = new Set(roots.map(({ pid }) => pid))
  for (let before = -1; before !== found.size;) {
    before = found.size
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid)
  }
  return found
}

function listProcesses(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name)
      const fields = statFields(pid)
      if (fields === undefined || fields[0] === 'Z') return []
      return [{ pid, parent: Number(fields[1]), commandLine: (read(`/proc/${pid}/cmdline`) ?? '').split('\0') }]
    })
}

/** State, parent and so on: what follows the name, which may hold blanks and brackets itself. */
function statFields(pid: number): string[] | undefined {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process ended between the listing and the reading.
    return undefined
  }
}
