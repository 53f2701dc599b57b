import { giveBack } from './give-back.ts'

/** A body as it comes in, up to a ceiling. */
export interface Body {
  /** @returns false when it would exceed the ceiling; nothing more is taken then */
  add(chunk: Buffer): boolean
  readonly length: number
  bytes(): Buffer
  /** Nobody will ask for the bytes. */
  forget(): void
}

const firstBytes = 64 * 1024

/**
 * Copies the chunks into one buffer that grows. Kept as they are, each would hold on to the whole packet that it came
 * in: a sender of single bytes makes 3 GB out of 7 MiB.
 */
export function createBody(bytesMax: number): Body {
  let buffer = Buffer.alloc(0)
  let length = 0
  return {
    add(chunk) {
      const needed = length + chunk.length
      if (needed > bytesMax) return false
      if (needed > buffer.length) {
        const grown = Buffer.alloc(Math.min(Math.max(needed, buffer.length * 2, firstBytes), bytesMax))
        buffer.copy(grown, 0, 0, length)
        giveBack(buffer)
        buffer = grown
      }
      chunk.copy(buffer, length)
      length = needed
      return true
    },
    get length() {
      return length
    },
    bytes: () => buffer.subarray(0, length),
    forget() {
      giveBack(buffer)
      buffer = Buffer.alloc(0)
      length = 0
    },
  }
}
