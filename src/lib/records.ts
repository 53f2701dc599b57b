/** Small pieces of bytes, one after the other, in a few large blocks: a million of them as objects take ten times as much. */
export interface Records {
  readonly count: number
  /** @returns false when they would take more than they may; nothing is added then */
  add(bytes: Buffer, start: number, end: number): boolean
  /** What comes after may be taken back. */
  mark(): Mark
  /** Takes back all that was added since. */
  restore(mark: Mark): void
  /** Shows each in the order of adding, without an object for each. */
  forEach(show: (bytes: Buffer, start: number, end: number) => void): void
}

interface Mark {
  readonly blocks: number
  readonly at: number
  readonly count: number
}

const blockBytes = 256 * 1024
/** Of one record; its length takes a byte. */
const recordBytesMax = 255

/** None so far. @param bytesMax of all together, with one byte for each */
export function createRecords(bytesMax: number): Records {
  const blocks: Buffer[] = []
  const ends: number[] = []
  let at = blockBytes
  let count = 0

  return {
    get count() {
      return count
    },
    add(bytes, start, end) {
      const length = end - start
      if (length > recordBytesMax) throw new RangeError(`a record of ${length} bytes`)
      let block = blocks.at(-1)
      if (!block || at + 1 + length > blockBytes) {
        if ((blocks.length + 1) * blockBytes > Math.max(bytesMax, blockBytes)) return false
        block = Buffer.alloc(blockBytes)
        blocks.push(block)
        at = 0
      }
      block[at] = length
      bytes.copy(block, at + 1, start, end)
      at += 1 + length
      ends[blocks.length - 1] = at
      count += 1
      return true
    },
    mark: () => ({ blocks: blocks.length, at, count }),
    restore(mark) {
      blocks.length = mark.blocks
      ends.length = mark.blocks
      at = mark.at
      count = mark.count
      if (mark.blocks > 0) ends[mark.blocks - 1] = mark.at
    },
    forEach(show) {
      for (const [index, block] of blocks.entries()) {
        for (let from = 0; from < (ends[index] ?? 0);) {
          const start = from + 1
          from = start + (block[from] ?? 0)
          show(block, start, from)
        }
      }
    },
  }
}
