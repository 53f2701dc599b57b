import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tryRun } from '../../services/command.ts'
import { docker, inspect, type InspectedContainer } from '../../services/docker.ts'
import { startEngine } from '../../services/engine.ts'
import { makePrivateFolder } from '../../services/private-folder.ts'
import { startLongshore, type RunningLongshore } from './longshore.ts'
import { mainFile } from './program.ts'

/** How one run of the command ended, and what it said. */
export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

type Environment = Readonly<Record<string, string>>

/** An engine of a test file's own, for tests that set many workloads up at once; between them, `clear` makes it new. */
export interface Ground {
  readonly host: string
  /** Folder with `longshore.yml` and `state`; another one after each `clear`. */
  folder(): string
  docker(...args: string[]): Promise<string>
  /** A container that has to be there. */
  inspect(name: string): Promise<InspectedContainer>
  /** Writes the configuration; short gates unless it says otherwise. */
  configure(config: object): void
  /** Runs the command to its end. @param env beside DOCKER_HOST and PATH */
  longshore(args: readonly string[], env?: Environment): Promise<Ended>
  start(...args: string[]): RunningLongshore
  /** Removes every container, the configuration and the state. */
  clear(): Promise<void>
  close(): Promise<void>
}

/** Lets a good version pass, and a bad one fail, within a second or two. */
const quickDefaults = { gate: { stable: '1s', minUptime: '1s', deadline: '20s' }, keepOld: '0s' }

export async function openGround(): Promise<Ground> {
  // An engine tries what was cut off five times, the last after 20 s: that is Docker's own and not ours to test.
  const engine = await startEngine({ 'max-download-attempts': 1 })
  const root = makePrivateFolder('ground')
  let rounds = 0
  const folder = () => join(root, String(rounds))
  const files = () => ({ config: join(folder(), 'longshore.yml'), state: join(folder(), 'state') })
  const open = () => {
    rounds += 1
    mkdirSync(folder(), { mode: 0o700 })
    ground.configure({})
  }
  const ground: Ground = {
    host: engine.host,
    folder,
    docker: (...args) => docker(engine.host, ...args),
    async inspect(name) {
      const found = await inspect(engine.host, name)
      if (found === undefined) throw new Error(`there is no container ${name}`)
      return found
    },
    configure(config) {
      // JSON is YAML.
      writeFileSync(files().config, JSON.stringify({ defaults: quickDefaults, ...config }), { mode: 0o600 })
    },
    longshore(args, env = {}) {
      const { config, state } = files()
      return runLongshore(['--config', config, '--state', state, ...args], { DOCKER_HOST: engine.host, ...env })
    },
    start: (...args) => startLongshore(args, { ...files(), env: { DOCKER_HOST: engine.host } }),
    async clear() {
      const containers = await docker(engine.host, 'ps', '-aq')
      if (containers !== '') await docker(engine.host, 'rm', '-fv', ...containers.split('\n'))
      open()
    },
    async close() {
      await engine.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
  open()
  return ground
}

/** The real command with nothing but what is given: none of our own environment, no configuration, no home. */
export function runLongshore(args: readonly string[], env: Environment = {}): Promise<Ended> {
  const clean = { PATH: process.env['PATH'], HOME: '/nonexistent', ...env }
  return tryRun(process.execPath, [mainFile, ...args], { env: clean, limitMs: 170_000 })
}
