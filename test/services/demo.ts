import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { docker } from './docker.ts'
import { findOrStartEngine } from './find-engine.ts'
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

/** The demonstration, from an empty machine to a version that stayed and one that went back. */
async function tellStory(): Promise<void> {
  step('A Docker engine and a registry')
  const engine = await findOrStartEngine(mark, say)
  undo.push(() => engine.stop())
  await ensureInstalled(['registry', 'busybox'], say)
  const registry = await startRegistry()
  undo.push(() => registry.stop())
  say(`A registry listens at ${registry.address}.`)

  step('Version 1 runs')
  await removeOurs(engine.host)
  undo.push(() => removeOurs(engine.host))
  const reference = await push(registry, 'v1', 'healthy')
  const url = await startWeb(engine.host, reference)
  await showPage(url, 'v1')

  const longshore = prepareLongshore(engine.host, registry.address)
  step('A good version 2 is pushed')
  await push(registry, 'v2', 'healthy')
  expectExit(await longshore('run', '--once'), 0)
  await showPage(url, 'v2')

  step('A bad version 3 is pushed: its health check never passes')
  await push(registry, 'v3', 'unhealthy')
  expectExit(await longshore('run', '--once'), 1)
  await showPage(url, 'v2')

  step('What happened')
  expectExit(await longshore('history'), 0)
}

async function push(registry: Registry, version: string, behaviour: Behaviour): Promise<string> {
  interrupted.signal.throwIfAborted()
  const labels = Object.fromEntries([mark.split('=')])
  const { reference, digest } = await pushImage(registry, { repository: 'demo/web', version, behaviour, labels })
  say(`Pushed ${version} as ${reference}, ${digest.slice(0, 19)}…`)
  return reference
}

async function startWeb(host: string, reference: string): Promise<string> {
  const published = `127.0.0.1:${await freePort()}`
  const labels = ['--label', 'longshore.watch=true', '--label', 'longshore.gate.stable=2s']
  const args = ['run', '--detach', '--name', name, ...labels, '--publish', `${published}:8080`, reference]
  say(`$ docker ${args.join(' ')}`)
  await docker(host, ...args)
  return `http://${published}/`
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
function prepareLongshore(host: string, registryAddress: string): (...args: string[]) => Promise<number | null> {
  removeAbandonedFolders(/demo/)
  const folder = makePrivateFolder('demo')
  undo.push(async () => rmSync(folder, { recursive: true, force: true }))
  const config = join(folder, 'longshore.yml')
  const settings = {
    targets: [{ name: 'local', host }],
    registries: [{ host: registryAddress, plainHttp: true }],
    dockerConfig: join(folder, 'docker.json'),
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
  say(`It ended with exit code ${code}${code === 1 ? ': a rollout failed, and was rolled back' : ''}.`)
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port of 127.0.0.1 is free')
  return address.port
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
