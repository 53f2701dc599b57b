import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createCompose } from '../../src/clients/compose/compose.ts'
import { createComposeTarget } from '../../src/targets/compose/compose-target.ts'
import { openEngine } from '../../src/targets/engine/open-engine.ts'
import { tryRun } from '../services/command.ts'
import { makePrivateFolder } from '../services/private-folder.ts'
import type { TargetHarness } from './target-harness.ts'
import { nobody, openEnginePlace } from './target-place.ts'

export interface ServicesHarness extends TargetHarness {
  /** The Compose file of a project. */
  fileOf(name: string): string
  /** `docker compose` as the owner of a project types it; all that it printed. */
  compose(name: string, ...args: string[]): Promise<string>
}

/** Compose services, each the `web` of a project of its own in a folder of its name. */
export async function openServices(): Promise<ServicesHarness> {
  const place = await openEnginePlace()
  const { host } = place
  const folder = makePrivateFolder('target-kit')
  const spareFolder = join(folder, 'spare')
  mkdirSync(spareFolder)
  const open = (engineHost: string) =>
    createComposeTarget(openEngine({ name: 'local', host: engineHost }), {
      compose: createCompose({ engineHost, environment: process.env }),
      configured: [],
      roots: [],
      allowRemote: false,
      spareFolder,
    })
  const target = open(host)
  const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: host }
  const fileOf = (name: string) => join(folder, name, 'compose.yaml')
  const compose = async (name: string, ...args: string[]) => {
    const { code, stdout, stderr } = await tryRun('docker', ['compose', '-p', name, '-f', fileOf(name), ...args], {
      env,
    })
    if (code !== 0) throw new Error(stderr)
    // Its progress is among its errors.
    return stdout + stderr
  }
  const there = ['pull', 'protect', 'capture', 'edit', 'move-tag'] as const
  const back = ['edit-back', 'tag-old', 'up-old', 'tag-back'] as const
  const files = (name: string) =>
    readdirSync(join(folder, name)).map((file) => [file, readFileSync(join(folder, name, file), 'utf8')])
  const projects = new Set<string>()
  return {
    ...place,
    target,
    fileOf,
    compose,
    unreachable: open(nobody),
    nameOf: (name) => `${name}/web`,
    async run(name, image, labels = {}) {
      projects.add(name)
      mkdirSync(join(folder, name), { recursive: true })
      const service = { image, restart: 'unless-stopped', labels }
      writeFileSync(fileOf(name), `# mine\nservices:\n  web: ${JSON.stringify(service)}\n`)
      await compose(name, 'up', '-d', '--force-recreate')
    },
    print: (name, line, times) => place.printIn(`${name}-web-1`, line, times),
    look: async () => [await place.look(), [...projects].map(files)],
    files: async (name) => files(name),
    ways: [
      { order: 'stop-first', there: [...there, 'up'], back },
      { order: 'start-first', there: [...there, 'add', 'remove-one'], back },
    ],
    traces: ['pull', 'protect'],
    async close() {
      target.close()
      await place.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
