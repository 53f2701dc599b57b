import { closeSync, openSync, readSync } from 'node:fs'

/** @see https://sqlite.org/fileformat.html 1.3.2 */
const writeVersionAt = 18
const writeVersionMax = 2

/**
 * One bit of its header makes a file one that SQLite reads and never writes.
 * @param file that nothing in this process has open: closing it drops all locks (see `stateFiles`)
 */
export function isWriteForbidden(file: string): boolean {
  const header = Buffer.alloc(writeVersionAt + 1)
  const opened = openSync(file, 'r')
  try {
    readSync(opened, header)
  } finally {
    closeSync(opened)
  }
  return header.readUInt8(writeVersionAt) > writeVersionMax
}
