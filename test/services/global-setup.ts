import { rmSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { startEngine } from './engine.ts'
import { ensureInstalled } from './install.ts'
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts'
import { bundleProgram } from './program.ts'
import { startRegistry } from './registry.ts'
import type { ProvidedServices } from './shared.ts'

const stops: (() => Promise<void>)[] = []

/** Vitest calls this before the first end-to-end test, and not at all when there is none to run. */
export async function setup(project: TestProject): Promise<void> {
  removeAbandonedFolders(/program/)
  const folder = makePrivateFolder('program')
  stops.push(async () => rmSync(folder, { recursive: true, force: true }))
  process.env['TEST_PROGRAM'] = await bundleProgram(folder)
  project.provide('services', await bringUp())
}

/** Vitest calls this after the last one. */
export async function teardown(): Promise<void> {
  await Promise.all(stops.map((stop) => stop()))
}

async function bringUp(): Promise<ProvidedServices> {
  try {
    await ensureInstalled(['engine', 'docker', 'compose', 'registry', 'busybox'], (line) => {
      process.stdout.write(`${line}\n`)
    })
    const engine = await startEngine()
    stops.push(() => engine.stop())
    const registry = await startRegistry()
    stops.push(() => registry.stop())
    const services = {
      engineHost: engine.host,
      apiVersion: engine.apiVersion,
      registryAddress: registry.address,
    }
    return { state: 'up', services }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { state: 'missing', reason: reason.split('\n')[0] ?? reason }
  }
}
