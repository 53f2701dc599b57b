import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makePrivateFolder, removeAbandonedFolders } from '../services/private-folder.ts'
import { bundle } from './bundle.ts'
import type { Child } from './child.ts'
import { startChild } from './child.ts'
import type { Answer, Question } from './product.ts'

/** Where one run of the benchmark keeps its files. Removed with the block that holds it. */
export interface Workplace extends Disposable {
  readonly folder: string
  /** The product in a process of its own, with a fresh state. */
  startProduct(settings: Settings): Promise<Child<Question, Answer>>
  /** Writes a configuration. @returns the arguments that make the command line use it, with a fresh state */
  configure(settings: Settings): { readonly configFile: string; readonly stateFolder: string }
}

/** What a configuration file says beyond the usual. */
export interface Settings {
  readonly engine: string
  readonly defaults?: object
  /** At the top of the file. */
  readonly more?: object
}

export async function openWorkplace(): Promise<Workplace> {
  removeAbandonedFolders(/bench/)
  const folder = makePrivateFolder('bench')
  const product = await bundle(join(import.meta.dirname, 'product.ts'), folder)
  let configured = 0

  const configure: Workplace['configure'] = ({ engine, defaults = {}, more = {} }) => {
    const own = join(folder, `${(configured += 1)}`)
    mkdirSync(own)
    const configFile = join(own, 'longshore.yml')
    // What the person at this machine has set for Docker is not meant for this.
    const dockerConfig = join(own, 'docker.json')
    writeFileSync(dockerConfig, '{}')
    // Several at a time, and bad versions one after the other: what a person would have to release stands in no figure's way.
    const target = { name: 'local', host: engine, maxParallel: 4, brake: false }
    const settings = { targets: [target], dockerConfig, defaults, ...more }
    writeFileSync(configFile, JSON.stringify(settings), { mode: 0o600 })
    return { configFile, stateFolder: join(own, 'state') }
  }

  return {
    folder,
    configure,
    async startProduct(settings) {
      const child = await startChild<Question, Answer>(product)
      await child.ask({ kind: 'open', ...configure(settings) })
      return child
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
