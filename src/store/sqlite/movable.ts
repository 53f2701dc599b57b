import { AppError } from '../../errors.ts'
import { migrations } from '../migrations/migrations.ts'
import type { LockedState, MovableState } from '../sql/move-state.ts'
import { connectAndMigrate } from './database.ts'
import { ownerOf, stateFiles, type StateFiles } from './files.ts'
import { refuseUnsound } from './mend.ts'
import { takeStateLock } from './open-sqlite-store.ts'
import { asideFile, finishReplacement } from './replace-file.ts'
import { stateError } from './state-error.ts'
import { copyState } from './take-backup.ts'

/** A state in one SQLite file, to be moved. */
export function movableSqlite(folder: string): MovableState {
  const files = stateFiles(folder)
  return {
    openSource: () => locked(files, () => refuseOld(files)),
    openTarget: () => locked(files, () => refuseUnsound(files, null)),
  }
}

async function locked(files: StateFiles, examine: () => Promise<unknown>): Promise<LockedState> {
  try {
    const owner = ownerOf(files)
    const lock = await takeStateLock(files, owner)
    try {
      finishReplacement(files)
      await examine()
      const { db, close } = await connectAndMigrate(files, owner)
      const closeAll = async (): Promise<void> => {
        close()
        lock.release()
      }
      const keepAside = async (at: string): Promise<string> =>
        (await copyState(files.database, asideFile(files, 'replaced', Date.parse(at)), owner)).file
      // SQLite counts on from the greatest number by itself.
      return { name: files.database, db, goOn: async () => {}, keepAside, close: closeAll }
    } catch (error) {
      lock.release()
      throw error
    }
  } catch (error) {
    throw stateError(error, files.folder)
  }
}

async function refuseOld(files: StateFiles): Promise<void> {
  const schema = await refuseUnsound(files, null)
  if (schema === null) throw new AppError('STATE_NOT_FOUND', `no state lies in ${files.folder}`)
  if (schema === migrations.length) return
  const sentence = `${files.database} has schema ${schema}; \`longshore status\` brings it up to ${migrations.length}`
  throw new AppError('STATE_UNREADABLE', sentence)
}
