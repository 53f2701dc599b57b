import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { prepareShop, type DemoShop } from './demo-shop.ts'
import { docker } from './docker.ts'
import { findOrStartEngine } from './find-engine.ts'
import { freePort } from './free-port.ts'
import type { Behaviour } from './image-content.ts'
import { pushImage } from './images.ts'
import { ensureInstalled } from './install.ts'
import { narrate } from './narration.ts'
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts'
import type { Registry } from './registry.ts'
import { startRegistry } from './registry.ts'
import { waitUntil } from './wait.ts'

const name = 'longshore-demo-web'
/** Every image of ours has it, and so every container: what is removed in the end is found by it. */
const mark = 'demo-of=longshore'

const { step, say, show, fail } = narrate(process.stdout)
const interrupted = new AbortController()
/** What has to be undone, the latest last. */
const undo: (() => Promise<void>)[] = []

/** The demonstration, from an empty machine to versions that stayed and versions that went back. */
async function tellStory(): Promise<void> {
  step('A Docker engine and a registry')
  const engine = await findOrStartEngine(mark, say)
  undo.push(() => engine.stop())
  await ensureInstalled(['compose', 'registry', 'busybox'], say)
  const registry = await startRegistry()
  undo.push(() => registry.stop())
  say(`A registry listens at ${registry.address}.`)

  step('Version 1 runs: as a container, and as a Compose service')
  await removeOurs(engine.host)
  undo.push(() => removeOurs(engine.host))
  removeAbandonedFolders(/demo/)
  const folder = makePrivateFolder('demo')
  undo.push(async () => rmSync(folder, { recursive: true, force: true }))
  const [web, shop] = await pushBoth(registry, 'v1', 'healthy')
  const pages = [await startWeb(engine.host, web), `http://127.0.0.1:${await freePort()}/`] as const
  const project = await startShop(engine.host, folder, shop, pages[1])
  await showPages(pages, 'v1')

  const longshore = prepareLongshore(engine.host, registry.address, folder)
  step('A good version 2 of both is pushed')
  await pushBoth(registry, 'v2', 'healthy')
  expectExit(await longshore('run', '--once'), 0)
  await showPages(pages, 'v2')

  step('A bad version 3 of both is pushed: its health check never passes')
  await pushBoth(registry, 'v3', 'unhealthy')
  expectExit(await longshore('run', '--once'), 1)
  await showPages(pages, 'v2')

  step('What happened')
  expectExit(await longshore('history'), 0)
  say('$ docker compose up -d')
  const done = await project.up()
  for (const line of done) say(line)
  if (!done.every((line) => line.endsWith(' Running'))) throw new Error('docker compose had something to do')
  say('There was nothing left to do by hand: the file says what runs.')
}

/** @returns the references of the container's image and of the service's */
async function pushBoth(
  registry: Registry,
  version: string,
  behaviour: Behaviour,
): Promise<readonly [web: string, shop: string]> {
  const push = async (repository: string): Promise<string> => {
    interrupted.signal.throwIfAborted()
    const labels = Object.fromEntries([mark.split('=')])
    const { reference, digest } = await pushImage(registry, { repository, version, behaviour, labels })
    say(`Pushed ${version} as ${reference}, ${digest.slice(0, 19)}…`)
    return reference
  }
  return [await push('demo/web'), await push('demo/shop')]
}

async function startWeb(host: string, reference: string): Promise<string> {
  const published = `127.0.0.1:${await freePort()}`
  const labels = ['--label', 'longshore.watch=true', '--label', 'longshore.gate.stable=2s']
  const args = ['run', '--detach', '--name', name, ...labels, '--publish', `${published}:8080`, reference]
  say(`$ docker ${args.join(' ')}`)
  await docker(host, ...args)
  return `http://${published}/`
}

async function startShop(host: string, folder: string, reference: string, url: string): Promise<DemoShop> {
  const settings = { engineHost: host, folder: join(folder, 'shop'), reference, published: new URL(url).host }
  const shop = prepareShop(settings)
  say('$ cat compose.yaml')
  for (const line of shop.text.trimEnd().split('\n')) say(`  ${line}`)
  say('$ docker compose up -d')
  undo.push(() => shop.down())
  await shop.up()
  return shop
}

async function showPages(urls: readonly string[], version: string): Promise<void> {
  for (const url of urls) await showPage(url, version)
}

async function showPage(url: string, version: string): Promise<void> {
  interrupted.signal.throwIfAborted()
  const page = await waitUntil(`${url} answers`, async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    return response.ok && (await response.text()).trim()
  })
  if (page !== version) throw new Error(`${url} answers ${page}, where ${version} should run`)
  show(`${url} answers: ${page}`)
}

/** Gives a function that runs our command line in this terminal and tells its exit code. */
function prepareLongshore(
  host: string,
  registryAddress: string,
  folder: string,
): (...args: string[]) => Promise<number | null> {
  const config = join(folder, 'longshore.yml')
  const dockerConfig = join(folder, 'docker.json')
  writeFileSync(dockerConfig, '{}')
  const settings = {
    targets: [{ name: 'local', host }],
    registries: [{ host: registryAddress, plainHttp: true }],
    dockerConfig,
  }
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 })
  const main = join(import.meta.dirname, '../../src/main.ts')
  // What the person has set for a Longshore of theirs is not meant for this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('LONGSHORE_')))
  return async (...args) => {
    interrupted.signal.throwIfAborted()
    say(`$ longshore ${args.join(' ')}`)
    const all = [main, '--config', config, '--state', join(folder, 'state'), ...args]
    // A Ctrl-C reaches it from the terminal by itself; other signals reach only us.
    const child = spawn(process.execPath, all, { env, stdio: 'inherit' })
    const passOn = (): boolean => child.kill('SIGTERM')
    process.once('SIGTERM', passOn)
    await once(child, 'exit')
    process.removeListener('SIGTERM', passOn)
    return child.exitCode
  }
}

function expectExit(code: number | null, expected: number): void {
  interrupted.signal.throwIfAborted()
  if (code !== expected) throw new Error(`longshore ended with ${code}, where ${expected} was expected`)
  say(`It ended with exit code ${code}${code === 1 ? ': rollouts failed, and were rolled back' : ''}.`)
}

async function removeOurs(host: string): Promise<void> {
  const found = (...args: string[]) => docker(host, ...args, '--quiet', '--filter', `label=${mark}`)
  const containers = lines(await found('ps', '--all'))
  if (containers.length > 0) await docker(host, 'rm', '--force', '--volumes', ...containers)
  const images = new Set(lines(await found('images', '--all')))
  if (images.size > 0) await docker(host, 'rmi', '--force', ...images)
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}

async function cleanUp(): Promise<void> {
  for (const remove of undo.toReversed()) {
    try {
      await remove()
    } catch (error) {
      fail(`Not everything could be removed: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: a second Ctrl-C ends us at once.
  process.once(signal, () => interrupted.abort(new Error('interrupted')))
}
try {
  await tellStory()
} catch (error) {
  process.exitCode = 1
  fail(`The demonstration stopped: ${error instanceof Error ? error.message : String(error)}`)
}
step('Cleaning up')
await cleanUp()
say('Nothing is left of it on this machine, except for packages that had to be installed.')
