import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Has a folder's names, or a file's contents, reach the disk. Not for the file of a state that is open here: see `stateFiles`. */
export function syncToDisk(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
