import { spawn } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled } from './command.ts'
import type { Engine } from './engine.ts'
import { ping } from './ping.ts'
import { makePrivateFolder, removeAbandonedFolders } from './private-folder.ts'
import { kill } from './processes.ts'
import { waitUntil } from './wait.ts'

/** Why no Podman can be started here; null when one can. It is nothing that tests need, so it is never installed. */
export async function whyNoPodman(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root can start it here'
  return (await isInstalled('podman')) ? null : 'podman is not installed'
}

/** Nobody else ends it where a test is killed. */
const idleSeconds = '300'

/**
 * Starts the service of Podman that speaks Docker's API, over storage of its own. Containers may be made there, and none
 * started: then nothing of it is mounted, and it goes with its folder.
 */
export async function startPodman(): Promise<Engine> {
  removeAbandonedFolders(/podman/)
  const folder = makePrivateFolder('podman')
  const host = `unix://${join(folder, 'podman.sock')}`
  const storage = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')]
  const log = openSync(join(folder, 'podman.log'), 'a', 0o600)
  const command = [...storage, '--storage-driver', 'vfs', 'system', 'service', '--time', idleSeconds, host]
  const child = spawn('podman', command, { stdio: ['ignore', log, log] })
  closeSync(log)
  const closed = new Promise<void>((resolve) => {
    child.once('error', () => resolve())
    child.once('close', () => resolve())
  })
  const end = async () => {
    if (child.pid !== undefined && child.exitCode === null) kill(child.pid, 'SIGKILL')
    await closed
  }
  const stop = async () => {
    await end()
    rmSync(folder, { recursive: true, force: true })
  }
  const hopeless = () => (child.exitCode === null ? undefined : new Error(`podman ended with ${child.exitCode}`))
  const notHere = () => Promise.reject(new Error('nobody asks that of Podman'))
  try {
    const apiVersion = await waitUntil('Podman answers', () => ping(host), { hopeless })
    return { host, apiVersion, restart: notHere, kill: end, cutPower: end, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
