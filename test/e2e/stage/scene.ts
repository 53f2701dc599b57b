import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, inspect, type InspectedContainer } from '../../services/docker.ts'
import { startEngine, type Engine } from '../../services/engine.ts'
import { makePrivateFolder } from '../../services/private-folder.ts'
import {
  longshoreCommand,
  startLongshore,
  type LongshoreResult,
  type OnMoment,
  type RunningLongshore,
} from './longshore.ts'

/** An engine of one test file, with a configuration and a state that each test finds as new. */
export interface Scene {
  readonly engine: Engine
  /** The configuration file, and the folder of the state. */
  readonly configFile: string
  readonly stateFolder: string
  docker(...args: string[]): Promise<string>
  /** Looks at a container. @throws Error when there is none */
  inspect(name: string): Promise<InspectedContainer>
  /** Names of all containers, in order. */
  containers(): Promise<readonly string[]>
  /** Writes the configuration file: what is given, over what makes tests quick. */
  configure(config: Readonly<Record<string, unknown>>): void
  /** Runs the command to its end. */
  run(...args: string[]): Promise<LongshoreResult>
  start(...args: string[]): RunningLongshore
  /** Starts the command so that it stops at each moment of a journal until `onMoment` is through. */
  observe(args: readonly string[], onMoment: OnMoment): RunningLongshore
  /** Arguments and environment of the command, for a process that a test starts by itself. */
  command(...args: string[]): { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv }
  /** Ends what still runs and removes the containers, networks, volumes and the state. Call it after each test. */
  reset(): Promise<void>
  close(): Promise<void>
}

/** Starts an engine of its own: labels of another test's rollouts would rightly make a fresh state hold everything (I9). */
export async function openScene(
  engineSettings: Parameters<typeof startEngine>[0] = {},
  start: (settings: typeof engineSettings) => Promise<Engine> = startEngine,
): Promise<Scene> {
  const engine = await start(engineSettings)
  const folder = makePrivateFolder('scene')
  const configFile = join(folder, 'longshore.json')
  const stateFolder = join(folder, 'state')
  const running = new Set<RunningLongshore>()
  const cli = (...args: string[]) => docker(engine.host, ...args)
  const list = async (...args: string[]) => (await cli(...args)).split('\n').filter((line) => line !== '')

  const files = { config: configFile, state: stateFolder }
  const begin = (args: readonly string[], onMoment?: OnMoment): RunningLongshore => {
    const started = startLongshore(args, { ...files, onMoment })
    running.add(started)
    started.ended.finally(() => running.delete(started)).catch(() => {})
    return started
  }
  const configure = (config: Readonly<Record<string, unknown>>) => {
    const quick = {
      // Tests have many rollouts at once, and versions that fail one after the other.
      targets: [{ name: 'local', host: engine.host, maxParallel: 4, brake: false }],
      dockerConfig: join(folder, 'docker.json'),
      defaults: { gate: { stable: '1s', minUptime: '1s', deadline: '20s' }, keepOld: '1h' },
    }
    writeFileSync(configFile, JSON.stringify({ ...quick, ...config }), { mode: 0o600 })
  }
  writeFileSync(join(folder, 'docker.json'), '{}')
  configure({})

  const endAll = () =>
    Promise.all([...running].map((each) => (each.kill('SIGKILL'), each.ended.catch(() => undefined))))
  return {
    engine,
    configFile,
    stateFolder,
    docker: cli,
    async inspect(name) {
      const found = await inspect(engine.host, name)
      if (found === undefined) throw new Error(`there is no container ${name}`)
      return found
    },
    containers: async () => (await list('ps', '--all', '--format', '{{.Names}}')).toSorted(),
    configure,
    run: (...args) => begin(args).ended,
    start: (...args) => begin(args),
    observe: begin,
    command: (...args) => longshoreCommand(args, files),
    async reset() {
      await endAll()
      const containers = await list('ps', '--all', '--quiet')
      if (containers.length > 0) await cli('rm', '--force', '--volumes', ...containers)
      await cli('network', 'prune', '--force')
      // Before API 1.42 it prunes the named ones anyway, and does not know the option.
      await cli('volume', 'prune', ...(engine.apiVersion === '1.41' ? [] : ['--all']), '--force')
      rmSync(stateFolder, { recursive: true, force: true })
      configure({})
    },
    async close() {
      await endAll()
      await engine.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
