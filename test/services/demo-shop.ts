import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run, tryRun } from './command.ts'

/** A Compose project as people have it: a folder with one file, and one service. */
export interface DemoShop {
  /** What its file says. */
  readonly text: string
  /** `docker compose up -d` by hand; what it says that it did. */
  up(): Promise<readonly string[]>
  down(): Promise<void>
}

interface ShopOptions {
  readonly engineHost: string
  /** Empty, and ours. */
  readonly folder: string
  readonly reference: string
  /** `127.0.0.1:port`, for the page of the service. */
  readonly published: string
}

/** Writes the project; `up` starts it. */
export function prepareShop({ engineHost, folder, reference, published }: ShopOptions): DemoShop {
  const text = `name: longshore-demo
services:
  shop:
    image: ${reference} # a comment of its owner
    ports: ['${published}:8080']
    labels:
      longshore.watch: 'true'
      longshore.gate.stable: 2s
`
  const { DOCKER_CONTEXT: _, ...machine } = process.env
  const options = { env: { ...machine, DOCKER_HOST: engineHost } }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'compose.yaml')
  writeFileSync(file, text)
  const compose = ['compose', '--progress', 'plain', '--file', file]
  return {
    text,
    async up() {
      // What it does is among its errors.
      const { code, stdout, stderr } = await tryRun('docker', [...compose, 'up', '--detach', '--quiet-pull'], options)
      if (code !== 0) throw new Error(`docker compose up failed with ${code}:\n${stderr}`)
      return `${stdout}${stderr}`
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    },
    async down() {
      await run('docker', [...compose, 'down', '--timeout', '1'], options)
    },
  }
}
