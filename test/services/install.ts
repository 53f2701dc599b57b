import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPackages } from './apt.ts'
import { isInstalled, tryRun } from './command.ts'
import { withMachineLock } from './lock.ts'
import { postgresPrograms } from './postgres.ts'

/** What the tests and the demo need of the machine. */
export type Need = 'engine' | 'docker' | 'compose' | 'registry' | 'busybox' | 'rootless' | 'postgres'

/** Bookworm's own engine is too old; `/trixie` names the release that a package comes from. */
const needs: Readonly<Record<Need, { isThere(): Promise<boolean>; readonly packages: readonly string[] }>> = {
  engine: {
    isThere: async () =>
      (await isInstalled('dockerd')) && (await isInstalled('containerd')) && (await isInstalled('ip')),
    packages: ['docker.io/trixie', 'iproute2'],
  },
  docker: { isThere: () => isInstalled('docker'), packages: ['docker-cli/trixie'] },
  compose: {
    isThere: async () => (await tryRun('docker', ['compose', 'version'])).code === 0,
    packages: ['docker-compose/trixie'],
  },
  registry: { isThere: () => isInstalled('docker-registry'), packages: ['docker-registry/trixie'] },
  rootless: {
    isThere: async () =>
      (await isInstalled('rootlesskit')) && (await isInstalled('newuidmap')) && (await isInstalled('slirp4netns')),
    packages: ['rootlesskit', 'uidmap', 'slirp4netns'],
  },
  postgres: { isThere: async () => postgresPrograms() !== undefined, packages: ['postgresql'] },
  // The usual one needs libraries, which an image made from nothing has not.
  busybox: { isThere: isBusyboxStatic, packages: ['busybox-static'] },
}

/**
 * Installs what is missing, from the machine's own Debian mirror; nothing happens when all is there.
 * No service is started and the machine's own package sources stay as they are.
 *
 * @param say gets a line for each step that takes time
 * @throws Error that says what to install by hand, when it is not root or not Debian
 */
export async function ensureInstalled(wanted: readonly Need[], say: (line: string) => void): Promise<void> {
  if ((await listMissing(wanted)).length === 0) return
  await withMachineLock(async () => {
    // Another process may have installed it while we waited.
    const missing = await listMissing(wanted)
    if (missing.length === 0) return
    const folder = mkdtempSync(join(tmpdir(), 'longshore-install-'))
    try {
      await installPackages(folder, missing, say)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

async function listMissing(wanted: readonly Need[]): Promise<string[]> {
  const missing = []
  for (const need of wanted) if (!(await needs[need].isThere())) missing.push(...needs[need].packages)
  return missing
}

async function isBusyboxStatic(): Promise<boolean> {
  const { code, stdout, stderr } = await tryRun('ldd', ['/bin/busybox'])
  return code === 0 ? stdout.includes('statically linked') : stderr.includes('not a dynamic executable')
}
