import { readFile } from 'node:fs/promises'
import { findComposeProcesses } from '../../../src/clients/compose/orphans.ts'
import { kill } from '../../services/processes.ts'

/**
 * Processes of Compose that work for Longshore on one engine: beside this file others have theirs, on engines of their own.
 * @param host as Compose is told it
 */
export async function composeProcesses(host: string): Promise<readonly number[]> {
  const all = await findComposeProcesses()
  const found = await Promise.all(all.map(async ({ pid }) => ((await hostOf(pid)) === host ? [pid] : [])))
  return found.flat()
}

/** Kills them, as far as they have not ended meanwhile. */
export async function killCompose(host: string): Promise<void> {
  for (const pid of await composeProcesses(host)) kill(pid, 'SIGKILL')
}

/** Undefined where it has ended. */
async function hostOf(pid: number): Promise<string | undefined> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  const name = 'DOCKER_HOST='
  return environment
    .split('\0')
    .find((each) => each.startsWith(name))
    ?.slice(name.length)
}
