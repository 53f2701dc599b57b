import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { identify } from './processes.ts'

interface PrivateFolder {
  readonly path: string
  readonly kind: string
  /** The process that made it is gone. */
  readonly isAbandoned: boolean
}

/**
 * Makes a folder that only we may enter. Its name tells which process it belongs to,
 * so that a later run recognises what a killed one left behind.
 */
export function makePrivateFolder(kind: string): string {
  return mkdtempSync(join(tmpdir(), `longshore-${kind}-${identify(process.pid)}-`))
}

/** The private folders of the kinds that the pattern matches whole, of all processes. */
export function findPrivateFolders(kinds: RegExp): PrivateFolder[] {
  const pattern = new RegExp(`^longshore-(${kinds.source})-((\\d+)-\\d+)-\\w{6}$`)
  return readdirSync(tmpdir()).flatMap((name) => {
    const [, kind, owner, pid] = pattern.exec(name) ?? []
    if (kind === undefined) return []
    return [{ path: join(tmpdir(), name), kind, isAbandoned: identify(Number(pid)) !== owner }]
  })
}

/** Removes what killed processes left behind, where a folder is all that they can have left. */
export function removeAbandonedFolders(kinds: RegExp): void {
  for (const { path, isAbandoned } of findPrivateFolders(kinds)) {
    if (isAbandoned) rmSync(path, { recursive: true, force: true })
  }
}
