import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'

interface Ownership {
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
}

/** Writes a file that must not be there yet down to the disk; when that fails nothing is left of it. */
export async function writeNew(path: string, bytes: Uint8Array, { mode, uid, gid }: Ownership): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  await unlink(path).catch(() => undefined)
  const file = await open(path, flags, 0o600)
  try {
    await file.writeFile(bytes)
    if (uid !== undefined && gid !== undefined) {
      const status = await file.stat()
      if (status.uid !== uid || status.gid !== gid) await file.chown(uid, gid)
    }
    // After chown, which takes set-id bits away; and not by open, whose mode the umask cuts.
    await file.chmod(mode & 0o7777)
    await file.sync()
  } catch (error) {
    await unlink(path).catch(() => undefined)
    throw error
  } finally {
    await file.close()
  }
}
