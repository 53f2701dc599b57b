const escape = 0x5c
const quote = 0x22
/** A tag of 128 letters, each as `\u0061`, with its quotes. */
const escapedBytesMax = 770

/**
 * Whether JSON is a text that is a tag by the specification, written without escapes. Of a million of them none becomes
 * a string for it.
 *
 * @see OCI distribution-spec, "Pulling manifests"
 */
export function isTagText(bytes: Buffer, start: number, end: number): boolean {
  if (end - start < 3 || end - start > 130 || bytes[start] !== quote) return false
  for (let at = start + 1; at < end - 1; at += 1) if (!isTagByte(bytes[at] ?? 0, at === start + 1)) return false
  return true
}

/** The same JSON text without its escapes, which no tag needs; null where there are none, or that is no tag either. */
export function unescaped(bytes: Buffer, start: number, end: number): Buffer | null {
  if (end - start > escapedBytesMax || !bytes.subarray(start, end).includes(escape)) return null
  const text: unknown = JSON.parse(bytes.toString('utf8', start, end))
  const plain = Buffer.from(JSON.stringify(text))
  return isTagText(plain, 0, plain.length) ? plain : null
}

function isTagByte(byte: number, isFirst: boolean): boolean {
  const isWord =
    (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x5f
  return isWord || (!isFirst && (byte === 0x2d || byte === 0x2e))
}
