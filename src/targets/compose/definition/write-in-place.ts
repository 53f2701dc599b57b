import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { reachDisk } from '../../../lib/reach-disk.ts'
import { writeNew } from './write-new.ts'

/** What a write in place was turning into what, both base64. */
interface Backup {
  readonly before: string
  readonly after: string
}

/**
 * Overwrites a file that cannot be replaced, such as one that is mounted alone, after a backup is safely on the disk.
 * When that fails the old bytes are put back: they fit, for they were there.
 *
 * @param backup where the backup lies while the write lasts; what a crash leaves there `finishWriteInPlace` needs
 */
export async function writeInPlace(path: string, before: Buffer, after: Uint8Array, backup: string): Promise<void> {
  const text = { before: before.toString('base64'), after: Buffer.from(after).toString('base64') } satisfies Backup
  const whole = `${backup}.new`
  await writeNew(whole, Buffer.from(JSON.stringify(text)), { mode: 0o600 })
  await rename(whole, backup)
  await reachDisk(dirname(backup))
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW).catch(async (error: unknown) => {
    await unlink(backup)
    throw error
  })
  try {
    await overwrite(file, after)
  } catch (error) {
    await overwrite(file, before).catch((cause: unknown) => {
      throw new AppError(
        'COMPOSE_FILE_UNWRITABLE',
        `${quote(path)} is damaged: writing it failed and so did putting the old text back, which is in ${quote(backup)}`,
        { cause },
      )
    })
    await unlink(backup)
    throw error
  } finally {
    await file.close()
  }
  await unlink(backup)
}

/**
 * Puts the old bytes back when a write in place was cut off by a crash: the file then begins as the new one and goes on
 * as the old one. A file that a person wrote since is left alone.
 */
export async function finishWriteInPlace(path: string, backup: string): Promise<void> {
  const text = await readFile(backup, 'utf8').catch(() => null)
  if (text === null) return
  const { before, after } = parseBackup(text)
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW)
  try {
    if (isTornBetween(await file.readFile(), before, after)) await overwrite(file, before)
  } finally {
    await file.close()
  }
  await unlink(backup)
}

function isTornBetween(now: Buffer, before: Buffer, after: Buffer): boolean {
  if (now.equals(before) || now.equals(after)) return false
  let same = 0
  while (same < now.length && same < after.length && now[same] === after[same]) same += 1
  if (same === after.length) return now.subarray(same).equals(before.subarray(same))
  // Bytes may equal both at the seam, hence the search from the longest beginning on.
  for (let seam = same; seam >= 0; seam -= 1) if (now.subarray(seam).equals(before.subarray(seam))) return true
  return now.length === same
}

async function overwrite(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let done = 0
  while (done < bytes.length) done += (await file.write(bytes, done, bytes.length - done, done)).bytesWritten
  await file.truncate(bytes.length)
  await file.sync()
}

function parseBackup(text: string): { before: Buffer; after: Buffer } {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('before' in value && 'after' in value)) {
    throw new AppError('COMPOSE_FILE_UNWRITABLE', 'a backup of an earlier write is not as it was written')
  }
  return { before: Buffer.from(String(value.before), 'base64'), after: Buffer.from(String(value.after), 'base64') }
}
