import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { unpackPackage } from './apt.ts'
import { startEngine, type Engine } from './engine.ts'
import { withMachineLock } from './lock.ts'

/** Ours alone, and gone with the packages that it lies among. */
const cache = join(import.meta.dirname, '../../node_modules/.cache/longshore')
/** Debian 12's own: engine 20.10, API 1.41. */
const release = 'bookworm'
const programs = join(cache, `docker-${release}`)

/** The `docker` command of that release. */
export const olderDocker = join(programs, 'docker')

/** Starts the oldest engine that is supported, beside whatever is installed; as `startEngine` in all else. */
export async function startOlderEngine(settings: Parameters<typeof startEngine>[0] = {}): Promise<Engine> {
  await fetchOlderEngine()
  return startEngine(settings, programs)
}

/**
 * Fetches the package of the older engine, once for all runs; nothing happens when it is there.
 *
 * @throws Error that says what is missing, when this is no Debian or we are not root
 */
export async function fetchOlderEngine(say: (line: string) => void = () => {}): Promise<void> {
  if (!existsSync(programs)) await withMachineLock(() => fetchPrograms(say))
}

async function fetchPrograms(say: (line: string) => void): Promise<void> {
  // Another process may have fetched them while we waited.
  if (existsSync(programs)) return
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'fetch-'))
  try {
    const files = await unpackPackage(folder, 'docker.io', release, say)
    const whole = join(folder, 'programs')
    mkdirSync(whole)
    // `docker-init` is another package's, the same in both releases.
    for (const path of ['usr/sbin/dockerd', 'usr/sbin/docker-proxy', 'usr/bin/docker']) {
      copyFileSync(join(files, path), join(whole, basename(path)))
    }
    // At once, so that a folder of that name is never half full.
    renameSync(whole, programs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
