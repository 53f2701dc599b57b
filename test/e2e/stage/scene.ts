import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { docker, inspect, type InspectedContainer } from '../../services/docker.ts'
import { startEngine } from '../../services/engine.ts'
import { makePrivateFolder } from '../../services/private-folder.ts'
import { longshore, startLongshore, type Ended, type Running } from './longshore.ts'

/** Settings that let a good version pass and a bad one fail within a second or two. */
export const quickDefaults = { gate: { stable: '1s', minUptime: '1s', deadline: '20s' }, keepOld: '0s', keepImages: 1 }

/** An engine of a test file's own, and for each test a configuration and a fresh state. */
export interface Scene {
  readonly host: string
  /** Of the current test; gone with `reset`. */
  folder(): string
  stateFolder(): string
  docker(...args: string[]): Promise<string>
  inspect(name: string): Promise<InspectedContainer>
  /** JSON is YAML. `defaults` are quick ones unless given. */
  configure(config: object): void
  run(...args: string[]): Promise<Ended>
  start(...args: string[]): Running
  /** Further variables for the command. */
  setEnvironment(env: Readonly<Record<string, string>>): void
  /** Removes every container and starts a fresh folder. */
  reset(): Promise<void>
  close(): Promise<void>
}

export async function openScene(): Promise<Scene> {
  const engine = await startEngine()
  const root = makePrivateFolder('scene')
  let rounds = 0
  let environment: Readonly<Record<string, string>> = {}
  const folder = () => join(root, String(rounds))
  const stateFolder = () => join(folder(), 'state')
  const configFile = () => join(folder(), 'longshore.yml')
  const all = (args: readonly string[]) => ['--config', configFile(), '--state', stateFolder(), ...args]
  const env = () => ({ DOCKER_HOST: engine.host, ...environment })
  const scene: Scene = {
    host: engine.host,
    folder,
    stateFolder,
    docker: (...args) => docker(engine.host, ...args),
    async inspect(name) {
      const found = await inspect(engine.host, name)
      if (found === undefined) throw new Error(`there is no container ${name}`)
      return found
    },
    configure(config) {
      const text = JSON.stringify({ defaults: quickDefaults, ...config })
      writeFileSync(configFile(), text, { mode: 0o600 })
    },
    run: (...args) => longshore(all(args), env()),
    start: (...args) => startLongshore(all(args), env()),
    setEnvironment: (wanted) => void (environment = wanted),
    async reset() {
      const containers = await docker(engine.host, 'ps', '-aq')
      if (containers !== '') await docker(engine.host, 'rm', '-fv', ...containers.split('\n'))
      rounds += 1
      environment = {}
      mkdirSync(folder(), { recursive: true, mode: 0o700 })
      scene.configure({})
    },
    async close() {
      await engine.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
  await scene.reset()
  return scene
}
