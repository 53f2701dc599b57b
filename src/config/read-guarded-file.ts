import { constants } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../errors.ts'
import { quote } from '../image/quote.ts'
import { isOpenFolder, isWritableByOthers } from '../lib/guarded-path.ts'

/**
 * Text of a file that nobody but its owner may write: who writes it decides what we do to the engine.
 *
 * @throws CONFIG_NOT_FOUND when it is not there or may not be read, CONFIG_UNSAFE when others may write it or swap it,
 * CONFIG_INVALID when it is no ordinary file, too large or not UTF-8
 */
export async function readGuardedFile(path: string, sizeMax: number): Promise<string> {
  // Not to wait for ever for the other end when it is a pipe.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw new AppError('CONFIG_NOT_FOUND', `${quote(path)}: ${openSentence(error)}`, { cause: error })
  })
  try {
    const status = await file.stat()
    if (!status.isFile()) throw new AppError('CONFIG_INVALID', `${quote(path)}: is not an ordinary file`)
    if (isWritableByOthers(status.mode)) {
      throw new AppError('CONFIG_UNSAFE', `${quote(path)}: group or others may write it`)
    }
    await refuseOpenFolder(dirname(path))
    await refuseOpenFolder(dirname(await realpath(path)))
    return decode(path, await readAtMost(file, sizeMax + 1), sizeMax)
  } finally {
    await file.close()
  }
}

async function refuseOpenFolder(folder: string): Promise<void> {
  const { mode } = await stat(folder)
  if (!isOpenFolder(mode)) return
  throw new AppError('CONFIG_UNSAFE', `${quote(folder)}: everybody may write to this folder and swap the file in it`)
}

async function readAtMost(file: Awaited<ReturnType<typeof open>>, size: number): Promise<Buffer> {
  const buffer = Buffer.alloc(size)
  let length = 0
  while (length < size) {
    const { bytesRead } = await file.read(buffer, length, size - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}

function decode(path: string, bytes: Buffer, sizeMax: number): string {
  if (bytes.length > sizeMax) throw new AppError('CONFIG_INVALID', `${quote(path)}: is larger than ${sizeMax} bytes`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `${quote(path)}: is not UTF-8 text`, { cause: error })
  }
}

function openSentence(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it'
  return `cannot be opened (${String(code)})`
}
