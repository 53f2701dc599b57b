import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Landmark } from './landmarks.ts'

/** The last landmark of a database, as the folder beside it on this machine has it. */
export interface LandmarkFile {
  /** Null where there is none of this database. */
  read(): Landmark | null
  /** Appears whole, or not at all. @throws the file system's error */
  write(landmark: Landmark): void
}

/** @param place tells the database from every other that this folder was used with */
export function landmarkFile(folder: string, place: string): LandmarkFile {
  const file = join(folder, 'database.landmark')
  return {
    read() {
      const [found, count, id, more] = readText(file).split('\n')
      if (found !== place || id === undefined || more !== '') return null
      return { count: Number(count), id }
    },
    write({ count, id }) {
      const part = `${file}.part`
      const descriptor = openSync(part, 'w', 0o600)
      try {
        writeSync(descriptor, `${place}\n${count}\n${id}\n`)
        fsyncSync(descriptor)
      } finally {
        closeSync(descriptor)
      }
      renameSync(part, file)
    },
  }
}

/** What cannot be read tells nothing: the database is as good without it. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
