import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, tryRun } from '../../services/command.ts'
import { docker, inspect, type InspectedContainer } from '../../services/docker.ts'
import { waitUntil } from '../../services/wait.ts'
import type { HistoryAnswer, StatusAnswer } from './answers.ts'

/** Group of the engine's socket on this stage; one that no user of the machine is in. */
export const socketGroup = 48_213

/** An example of ours, started with `docker compose` as its comments say. */
export interface Contained {
  compose(...args: string[]): Promise<string>
  inspect(): Promise<InspectedContainer>
  /** The command inside the container, by `docker compose exec`. */
  longshore(...args: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>
  status(): Promise<StatusAnswer>
  history(): Promise<HistoryAnswer>
  log(): Promise<string>
  untilHealth(wanted: 'healthy' | 'unhealthy'): Promise<void>
}

export interface ContainedOptions {
  /** `unix://…` of the engine that Compose talks to. */
  readonly engineHost: string
  readonly image: string
  /** A file of examples/. */
  readonly example: string
  /** What is set over the service `longshore` of the example, in the form of a Compose file. */
  readonly service?: Readonly<Record<string, unknown>>
  /** What is set over the rest of it. */
  readonly project?: Readonly<Record<string, unknown>>
  /** An empty folder. */
  readonly folder: string
}

const examples = join(import.meta.dirname, '../../../examples')

/**
 * Starts an example, changed only where this stage is another machine than the reader's: the image's name, where the
 * engine's socket is, and the host's network, since the registry of the tests listens on 127.0.0.1 alone.
 */
export async function startContained(options: ContainedOptions): Promise<Contained> {
  const { engineHost, image, example, service = {}, project = {}, folder } = options
  const changes = join(folder, 'changes.json')
  // JSON is YAML. A mount on the same path takes the place of the example's; null takes away what the example has.
  const longshore = { image, network_mode: 'host', ...service }
  writeFileSync(changes, JSON.stringify({ ...project, services: { longshore } }).replaceAll(':null', ': !reset null'))
  const files = ['--file', join(examples, example), '--file', changes]
  const { DOCKER_CONTEXT: _, ...machine } = process.env
  const env = { ...machine, DOCKER_HOST: engineHost, DOCKER_GID: String(socketGroup) }
  const compose = (...args: string[]) => run('docker', ['compose', ...files, ...args], { env, limitMs: 120_000 })
  const exec = (...args: string[]) =>
    tryRun('docker', ['compose', ...files, 'exec', '-T', 'longshore', 'longshore', ...args], { env })
  const read = async <Answer>(...args: string[]): Promise<Answer> => {
    const { code, stdout, stderr } = await exec(...args, '--output', 'json')
    if (code !== 0) throw new Error(`longshore ${args.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as Answer // our own output
  }
  await compose('up', '--detach', '--no-deps', 'longshore')
  const look = async () => {
    const id = (await compose('ps', '--all', '--quiet', 'longshore')).trim()
    const found = await inspect(engineHost, id)
    if (found === undefined) throw new Error('longshore has no container')
    return found
  }
  const log = () => compose('logs', '--no-color', '--no-log-prefix', 'longshore')
  return {
    compose,
    inspect: look,
    longshore: exec,
    status: () => read('status'),
    history: () => read('history'),
    log,
    async untilHealth(wanted) {
      await waitUntil(`longshore is ${wanted}`, async () => (await look()).State.Health?.Status === wanted)
    },
  }
}

/** What the example mounts from the usual place, from where the engine of this stage has it. */
export const socketMount = (engineHost: string): string => `${engineHost.slice('unix://'.length)}:/var/run/docker.sock`

/** Gives the engine's socket to the group, as a package of Docker's does to the group `docker`. */
export function shareSocket(engineHost: string): void {
  const socket = engineHost.slice('unix://'.length)
  chownSync(socket, 0, socketGroup)
  chmodSync(socket, 0o660)
}

/** Ends an example with its volumes. For a test that has failed half-way too. */
export async function endContained(engineHost: string): Promise<void> {
  const list = await docker(
    engineHost,
    'ps',
    '--all',
    '--quiet',
    '--filter',
    'label=com.docker.compose.project=longshore',
  )
  if (list !== '') await docker(engineHost, 'rm', '--force', ...list.split('\n'))
  await docker(engineHost, 'volume', 'rm', '--force', 'longshore_state')
}
