import { closeSync, fstatSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeScratch, noScratch } from './scratch.ts'

/** Most that is kept of what a command prints on either of its outputs; 1 MiB. */
export const outputBytesMax = 1024 * 1024

/** Where one output of a command goes, and what of it was kept. */
export interface Output {
  readonly fd: number
  /** What was printed, from the start; the end only when there was more than `outputBytesMax`. */
  text(): string
  sizeBytes(): number
  close(): void
}

/**
 * A file without a name that a command prints into. Not a pipe: when we are killed, a pipe breaks, and the next line
 * that Compose prints kills it too, between the removal of the old container and the start of the new (seen, 2.26.1).
 *
 * @param subject the command, for messages
 * @throws TARGET_FAILED when the folder cannot be written to
 */
export function openOutput(subject: string, folder?: string): Output {
  const own = makeScratch(subject, folder)
  let fd: number
  try {
    fd = openSync(join(own, 'output'), 'wx+', 0o600)
  } catch (cause) {
    throw noScratch(subject, folder, cause)
  } finally {
    rmSync(own, { recursive: true, force: true })
  }
  const sizeBytes = (): number => fstatSync(fd).size
  return {
    fd,
    sizeBytes,
    text() {
      const size = sizeBytes()
      const kept = Buffer.alloc(Math.min(size, outputBytesMax))
      const read = readSync(fd, kept, 0, kept.length, size - kept.length)
      return kept.toString('utf8', 0, read)
    },
    close: () => closeSync(fd),
  }
}
