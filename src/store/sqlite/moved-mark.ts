import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { readMoved, type Moved } from '../sql/moved.ts'
import { queriesOver } from './database.ts'
import type { StateFiles } from './files.ts'

/** Where what lies there was moved, also where it is damaged, as far as that can still be read. */
export async function readMovedMark({ database: file, folder }: StateFiles): Promise<Moved | null> {
  if (!existsSync(file)) return null
  let database: DatabaseSync | null = null
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
    return await readMoved(queriesOver(database, folder))
  } catch {
    // Not a state, or one that tells nothing any more.
    return null
  } finally {
    database?.close()
  }
}
