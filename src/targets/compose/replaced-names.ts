import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nameOf } from '../engine/dependants.ts'
import type { ComposeDeps } from './compose-deps.ts'
import type { Member } from './services.ts'

/** Far more than any chain of containers that has yet to follow. */
const namesMax = 500

/** Not the name of a project, so that it is nobody else's turn. */
const turn = '/names'

type Keeping = Pick<ComposeDeps, 'spareFolder' | 'inTurn'>

/**
 * Keeps the names of containers that Compose is about to replace. Whoever lives in one knows it by its id alone, and has
 * to follow it also where we are killed in between, and the engine has forgotten its events by then. No rollout waits
 * for a disk because of that.
 */
export function rememberReplaced(deps: Keeping, members: readonly Member[]): Promise<void> {
  return deps.inTurn(turn, async () => {
    try {
      const names = new Map(await replacedNames(deps))
      for (const { container, compose } of members) {
        names.delete(container.Id)
        names.set(container.Id, { name: lastingName(nameOf(container)), project: compose.project })
      }
      await mkdir(deps.spareFolder, { recursive: true, mode: 0o700 })
      const path = pathOf(deps)
      await writeFile(`${path}.new`, JSON.stringify(Object.fromEntries([...names].slice(-namesMax))), { mode: 0o600 })
      await rename(`${path}.new`, path)
    } catch {
      // The engine's events tell the same for a while.
    }
  })
}

/** What a container was called that is gone. */
export interface GoneName {
  readonly name: string
  /** Null for one that was not Compose's. */
  readonly project: string | null
}

/** Names of containers that Compose replaced for us, by engine id. */
export async function replacedNames({
  spareFolder,
}: Pick<Keeping, 'spareFolder'>): Promise<ReadonlyMap<string, GoneName>> {
  try {
    const parsed: unknown = JSON.parse(await readFile(pathOf({ spareFolder }), 'utf8'))
    if (typeof parsed !== 'object' || parsed === null) return new Map()
    return new Map(Object.entries(parsed).filter((entry): entry is [string, GoneName] => isGoneName(entry[1])))
  } catch {
    return new Map()
  }
}

/** While Compose makes one anew, the old one bears a short id in front. */
export const lastingName = (name: string): string => name.replace(/^[0-9a-f]{12}_/, '')

const pathOf = ({ spareFolder }: Pick<Keeping, 'spareFolder'>): string => join(spareFolder, 'names-of-replaced.json')

const isGoneName = (value: unknown): value is GoneName =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'project' in value &&
  typeof value.name === 'string' &&
  typeof value.project === 'string'
