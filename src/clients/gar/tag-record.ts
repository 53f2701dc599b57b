import { isDigest } from '../../image/digest.ts'
import type { Digest } from '../../image/digest.ts'

/** A tag as Google's tag list shows it. */
export interface GarTag {
  readonly tag: string
  /** Null for a tag that the list names without its manifest. */
  readonly digest: Digest | null
  /** When the digest was pushed first, in milliseconds since 1970; a further tag does not move it. */
  readonly uploadedAt: number | null
}

const prefix = 'sha256:'
const digestBytes = 32
const timeAt = 1 + digestBytes
const nameAt = timeAt + 8
const nameBytesMax = 128
const scratch = Buffer.alloc(nameAt + nameBytesMax)

/** Few bytes for one tag, good until the next call. */
export function writeRecord({ tag, digest, uploadedAt }: GarTag): { readonly bytes: Buffer; readonly length: number } {
  scratch[0] = digest === null ? 0 : 1
  if (digest === null) return { bytes: scratch, length: 1 + scratch.write(tag, 1, 'latin1') }
  scratch.write(digest.slice(prefix.length), 1, 'hex')
  scratch.writeDoubleLE(uploadedAt ?? Number.NaN, timeAt)
  return { bytes: scratch, length: nameAt + scratch.write(tag, nameAt, 'latin1') }
}

/** What `writeRecord` wrote, which may lie among other bytes. */
export function readRecord(bytes: Buffer, start: number, end: number): GarTag {
  if (bytes[start] === 0) return { tag: bytes.toString('latin1', start + 1, end), digest: null, uploadedAt: null }
  const digest = prefix + bytes.toString('hex', start + 1, start + timeAt)
  const time = bytes.readDoubleLE(start + timeAt)
  return {
    tag: bytes.toString('latin1', start + nameAt, end),
    digest: isDigest(digest) ? digest : null,
    uploadedAt: Number.isNaN(time) ? null : time,
  }
}
