import { constants } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { reachDisk } from '../../../lib/reach-disk.ts'
import { takeLockFile } from './lock-file.ts'
import { hashOf } from './hash.ts'
import { codeOf, writeFailure } from './write-failure.ts'
import { finishWriteInPlace, writeInPlace } from './write-in-place.ts'
import { writeNew } from './write-new.ts'

export interface SafeWrite {
  /** Without symbolic links, as `confine` returns it. */
  readonly path: string
  /** SHA-256 in hexadecimal of the bytes that the file must still have. */
  readonly expectedHash: string
  readonly newBytes: Uint8Array
  /** Takes lock and backup where the file may be written and its folder may not: a folder of ours. */
  readonly spareFolder?: string
}

/** What a mount of this very file answers to a rename, and what an owner or a sticky folder forbids. */
const onlyInPlace = new Set(['EBUSY', 'EXDEV', 'EPERM'])
const closedFolder = new Set(['EACCES', 'EPERM', 'EROFS'])

/**
 * Gives a file of somebody else new bytes, all or none, if it still has the bytes that the change was planned on. Its
 * mode and owner stay. Where it cannot be replaced it is overwritten, with a backup until that is done.
 *
 * @throws TARGET_CONFLICT when it was changed meanwhile or somebody else is editing it,
 * COMPOSE_FILE_UNWRITABLE saying why when it cannot be written; it is whole then
 */
export async function writeFileSafely(change: SafeWrite): Promise<void> {
  const { path } = change
  try {
    const { names, release } = await takeLock(change)
    try {
      await finishWriteInPlace(path, names.backup)
      await write(change, names)
    } finally {
      await release()
    }
  } catch (error) {
    throw writeFailure(path, error)
  }
}

/** Puts right what a crash in the middle of a write left; nothing happens where there is nothing. */
export async function recoverInterruptedWrite({ path, spareFolder }: Pick<SafeWrite, 'path' | 'spareFolder'>) {
  try {
    for (const names of [besideNames(path), ...(spareFolder === undefined ? [] : [spareNames(path, spareFolder)])]) {
      await finishWriteInPlace(path, names.backup)
      await unlink(names.new).catch(() => undefined)
    }
  } catch (error) {
    throw writeFailure(path, error)
  }
}

async function takeLock({ path, spareFolder }: SafeWrite) {
  const names = besideNames(path)
  try {
    return { names, release: await takeLockFile(names.lock, path) }
  } catch (error) {
    if (spareFolder === undefined || !closedFolder.has(codeOf(error))) throw error
    const spare = spareNames(path, spareFolder)
    return { names: spare, release: await takeLockFile(spare.lock, path) }
  }
}

async function write({ path, expectedHash, newBytes }: SafeWrite, names: SideNames): Promise<void> {
  const { bytes, mode, uid, gid } = await readExpected(path, expectedHash)
  try {
    // A rename works within one folder only.
    if (!names.isBeside) return await writeInPlace(path, bytes, newBytes, names.backup)
    await writeNew(names.new, newBytes, { mode, uid, gid })
    // A person saves at any time: look once more, as late as can be.
    await readExpected(path, expectedHash)
    await rename(names.new, path)
  } catch (error) {
    await unlink(names.new).catch(() => undefined)
    if (!names.isBeside || !onlyInPlace.has(codeOf(error))) throw error
    await readExpected(path, expectedHash)
    return await writeInPlace(path, bytes, newBytes, names.backup)
  }
  await reachDisk(dirname(path))
}

async function readExpected(path: string, expectedHash: string) {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
  const file = await open(path, flags).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ELOOP') throw error
    throw new AppError('TARGET_CONFLICT', `${quote(path)} was moved or replaced meanwhile`, { cause: error })
  })
  try {
    const { mode, uid, gid } = await file.stat()
    const bytes = await file.readFile()
    if (hashOf(bytes) !== expectedHash) {
      throw new AppError('TARGET_CONFLICT', `${quote(path)} was changed meanwhile; nothing was written to it`)
    }
    return { bytes, mode, uid, gid }
  } finally {
    await file.close()
  }
}

interface SideNames {
  readonly isBeside: boolean
  readonly lock: string
  readonly new: string
  readonly backup: string
}

/** Fixed names, so that whatever a crash leaves is found, and replaced, by the next write. */
function besideNames(path: string): SideNames {
  return { isBeside: true, ...sideNames(join(dirname(path), `.${basename(path)}.longshore`)) }
}

function spareNames(path: string, folder: string): SideNames {
  return { isBeside: false, ...sideNames(join(folder, `edit-${hashOf(Buffer.from(path)).slice(0, 16)}`)) }
}

function sideNames(stem: string) {
  return { lock: `${stem}-lock`, new: `${stem}-new`, backup: `${stem}-backup` }
}
