import { constants } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const writableByOthers = constants.S_IWGRP | constants.S_IWOTH
const sticky = 0o1000

/** In a folder that everybody may write to, everybody could put another file under the same name. */
export const isOpenFolder = (mode: number): boolean => (mode & constants.S_IWOTH) !== 0 && (mode & sticky) === 0

export const isWritableByOthers = (mode: number): boolean => (mode & writableByOthers) !== 0

/**
 * Whether others than its owner could change what an ordinary file says: its mode, and every folder above it by either
 * name where a link leads to it.
 *
 * @returns what is wrong, as a sentence that names it; null for what is well, is not there, or is no ordinary file
 */
export async function whyUnsafe(path: string): Promise<string | null> {
  const file = await stat(path).catch(() => null)
  if (file?.isFile() !== true) return null
  if (isWritableByOthers(file.mode)) return `${path}: group or others may write it`
  const real = await realpath(path).catch(() => path)
  for (const folder of new Set([...foldersAbove(path), ...foldersAbove(real)])) {
    const { mode } = await stat(folder)
    if (isOpenFolder(mode)) return `${folder}: everybody may write to this folder and swap what lies in it`
  }
  return null
}

function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === path ? [] : [folder, ...foldersAbove(folder)]
}
