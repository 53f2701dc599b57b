import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { uptime } from 'node:os'
import { systemClock } from '../../lib/clock.ts'

/** Where SQLite stops reading a log, and that more had been written after it. */
interface LostFrames {
  /** Counted from 1. */
  readonly frame: number
  /** How many come after it. */
  readonly after: number
}

const headerBytes = 32
const frameHeaderBytes = 24
/** SQLite's own, which we never change: for a log whose header is what is damaged. */
const defaultPageBytes = 4096
const formatVersion = 3_007_000
const magic = 0x377f0682

/**
 * What is wrong with the write-ahead log beside a database, without its full stop; null where nothing is, or nobody can
 * tell. SQLite reads a log up to the first frame that is not right, and takes the rest for what a power cut left of the
 * last transaction. Where a whole transaction had followed, that one had been on the disk: what it had written is lost.
 * A log that was cut off or removed, and damage to its last transaction, look like a power cut; and where this machine
 * may have had one since the log was written, any pages of it that nobody had waited for may be missing.
 *
 * SQLite keeps no locks on this file, so that closing it drops none (see `stateFiles`).
 *
 * @see https://sqlite.org/fileformat2.html#walformat
 */
export function logDamage(database: string): string | null {
  const file = `${database}-wal`
  const found = findLostFrames(file)
  // Somebody may be writing it: what is damaged stays so.
  if (found === null || mayHaveLostPower(file) || findLostFrames(file)?.frame !== found.frame) return null
  return `its write-ahead log cannot be read from frame ${found.frame} on, and ${found.after} more come after it`
}

/** Times of files and of the clock are not the same to the millisecond. */
const clockStepMs = 1000

/** Whether this machine was started since a file was written, as far as its clock can be believed. */
function mayHaveLostPower(file: string): boolean {
  const writtenAt = statSync(file).mtimeMs
  const now = systemClock.now()
  return writtenAt > now + clockStepMs || writtenAt < now - uptime() * 1000
}

function findLostFrames(file: string): LostFrames | null {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    // Where it may not be read, SQLite says so itself.
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return null
    throw error
  }
  try {
    const size = fstatSync(descriptor).size
    const read = (at: number, length: number): Buffer | null => {
      const bytes = Buffer.alloc(length)
      return at + length <= size && readSync(descriptor, bytes, 0, length, at) === length ? bytes : null
    }
    const header = read(0, headerBytes)
    if (header === null) return null
    const generation = readHeader(header)
    if (generation !== null) return walk(read, generation)
    const salts = read(headerBytes, frameHeaderBytes)?.subarray(8, 16)
    if (salts === undefined) return null
    const guess = { pageBytes: defaultPageBytes, salts, sum: null }
    return walk(read, { ...guess, isBigEndian: false }) ?? walk(read, { ...guess, isBigEndian: true })
  } finally {
    closeSync(descriptor)
  }
}

/** What all frames since the log was last begun anew have in common. */
interface Generation {
  readonly pageBytes: number
  readonly isBigEndian: boolean
  readonly salts: Buffer
  /** The checksum that the first frame goes on from; null where the header is damaged. */
  readonly sum: Buffer | null
}

function readHeader(header: Buffer): Generation | null {
  const first = header.readUInt32BE(0)
  const pageBytes = header.readUInt32BE(8)
  const isBigEndian = first === magic + 1
  const isOurs = (first === magic || isBigEndian) && header.readUInt32BE(4) === formatVersion
  const sum = header.subarray(24, 32)
  if (!isOurs || !checksum(Buffer.alloc(8), [header.subarray(0, 24)], isBigEndian).equals(sum)) return null
  return { pageBytes, isBigEndian, salts: header.subarray(16, 24), sum }
}

/**
 * A frame is right when its checksum goes on from the one that is written in the frame before it. Behind the first that
 * is not, what was there before the log was begun anew has other salts, and what was rolled back has no commit.
 */
function walk(
  read: (at: number, length: number) => Buffer | null,
  { pageBytes, isBigEndian, salts, sum }: Generation,
): LostFrames | null {
  const frameBytes = frameHeaderBytes + pageBytes
  let before = sum
  let bad: number | null = null
  let isDoubtful = false
  let isCommitted = false
  let last: number | null = null
  for (let frame = 1; ; frame += 1) {
    const bytes = read(headerBytes + (frame - 1) * frameBytes, frameBytes)
    if (bytes === null) break
    const hasSalts = bytes.subarray(8, 16).equals(salts)
    const written = bytes.subarray(16, 24)
    const isNext =
      hasSalts &&
      bytes.readUInt32BE(0) !== 0 &&
      before !== null &&
      checksum(before, [bytes.subarray(0, 8), bytes.subarray(frameHeaderBytes)], isBigEndian).equals(written)
    const isCommit = bytes.readUInt32BE(4) !== 0
    before = written
    if (bad === null) {
      if (isNext) continue
      bad = frame
      isCommitted = isCommit && hasSalts
      // Where its salts alone are wrong, the next one goes on from its checksum.
      isDoubtful = isCommit && !hasSalts
      continue
    }
    if (isDoubtful && isNext && frame === bad + 1) isCommitted = true
    if (isCommitted && isNext) last = frame
    isCommitted ||= hasSalts && isCommit
  }
  return bad === null || last === null ? null : { frame: bad, after: last - bad }
}

/** @param from eight bytes, as they are written */
function checksum(from: Buffer, parts: readonly Buffer[], isBigEndian: boolean): Buffer {
  let one = from.readUInt32BE(0)
  let other = from.readUInt32BE(4)
  for (const part of parts) {
    const words = new DataView(part.buffer, part.byteOffset, part.byteLength)
    for (let at = 0; at < part.byteLength; at += 8) {
      one = (one + words.getUint32(at, !isBigEndian) + other) >>> 0
      other = (other + words.getUint32(at + 4, !isBigEndian) + one) >>> 0
    }
  }
  const sum = Buffer.alloc(8)
  sum.writeUInt32BE(one, 0)
  sum.writeUInt32BE(other, 4)
  return sum
}
