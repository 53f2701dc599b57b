import { createHash } from 'node:crypto'

/** An id for what has none: the same for the same texts and bytes in the same order. */
export function idFrom(...parts: readonly (string | number | null | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    const bytes = part instanceof Uint8Array ? part : Buffer.from(JSON.stringify(part))
    // With their lengths, so that no two lists run together to the same bytes.
    hash.update(`${bytes.byteLength}:`).update(bytes)
  }
  return hash.digest('hex')
}
