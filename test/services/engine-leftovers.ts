import { globSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run, tryRun } from './command.ts'
import { listAbandonedSlots, releaseNetwork } from './engine-network.ts'
import { findPrivateFolders } from './private-folder.ts'
import { killPrograms } from './processes.ts'
import { waitUntil } from './wait.ts'

/** Removes an engine of ours that runs or has died: processes, mounts, folder, network, control groups. */
export async function removeEngine(folder: string, slot: number): Promise<void> {
  // The daemon first, so that it restarts nothing; then what it started.
  await killPrograms(['dockerd'], `${folder}/`)
  await killPrograms(['containerd', 'containerd-shim-runc-v2'], `${folder}/`)
  removeShimSockets(folder)
  await unmountBelow(folder)
  await removeControlGroups(`longshore-${slot}`)
  await removeBridges(folder)
  // From here on another engine may take the slot.
  await releaseNetwork(slot)
  rmSync(folder, { recursive: true, force: true })
}

/** Removes the engines of test runs that were killed. Call it under the machine's lock. */
export async function removeAbandonedEngines(): Promise<void> {
  const engines = findPrivateFolders(/engine-\d+/).map(({ path, kind, isAbandoned }) => ({
    path,
    slot: Number(kind.slice('engine-'.length)),
    isAbandoned,
  }))
  const abandoned = engines.filter(({ isAbandoned }) => isAbandoned)
  for (const { path, slot } of abandoned) {
    const isSlotReused = engines.some((engine) => engine.slot === slot && !engine.isAbandoned)
    if (isSlotReused) rmSync(path, { recursive: true, force: true })
    else await removeEngine(path, slot)
  }
  for (const slot of await listAbandonedSlots()) {
    if (!engines.some((engine) => engine.slot === slot)) await releaseNetwork(slot)
  }
}

/** Shims listen outside of the engine's folders, in a place that containerd does not let us choose. */
function removeShimSockets(folder: string): void {
  for (const path of globSync(join(folder, 'containerd-state/*/*/*/{address,bootstrap.json}'))) {
    const [, socket] = /unix:\/\/(\/run\/containerd\/s\/[0-9a-f]+)/.exec(readFileSync(path, 'utf8')) ?? []
    if (socket !== undefined) rmSync(socket, { force: true })
  }
}

async function unmountBelow(folder: string): Promise<void> {
  const mounted = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => path.startsWith(`${folder}/`))
  // The latest mount first. Lazily, because a killed process may hold one for a moment longer.
  for (const path of mounted.toReversed()) await run('umount', ['--lazy', path])
}

/**
 * The engine names the bridge of a user-defined network after the network's id. Its addresses do not tell whose it is:
 * those made after a restart are not of the slot's pool.
 */
async function removeBridges(folder: string): Promise<void> {
  const [path] = globSync(join(folder, 'data/network/files/local-kv.db'))
  if (path === undefined) return
  const ids = readFileSync(path, 'latin1').matchAll(/docker\/network\/v1\.0\/network\/([0-9a-f]{12})/g)
  const bridges = new Set([...ids].map(([, id]) => `br-${id}`))
  for (const bridge of bridges) await tryRun('ip', ['link', 'delete', bridge])
}

/** Control groups are folders that can only be removed one by one, and only once their processes are reaped. */
async function removeControlGroups(name: string): Promise<void> {
  const root = '/sys/fs/cgroup'
  const candidates = [root, ...readdirSync(root).map((entry) => join(root, entry))]
  for (const path of candidates.map((parent) => join(parent, name))) {
    await waitUntil(`${path} is removed`, () => removeFolders(path), { limitMs: 60_000 })
  }
}

function removeFolders(path: string): boolean {
  try {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) removeFolders(join(path, entry.name))
    }
    rmdirSync(path)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  }
}
