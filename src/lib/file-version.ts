import { stat } from 'node:fs/promises'

/** Another text as soon as the file was written, replaced or moved; empty while it cannot be looked at. */
export async function fileVersion(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return '' // whoever reads it says why it cannot
  }
}
