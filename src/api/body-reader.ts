import type { Readable } from 'node:stream'
import type { ProvenNetworks } from '../app/events/proven-networks.ts'
import { AppError } from '../errors.ts'
import { networkOf } from '../lib/ip-address.ts'
import { createBodyRoom, type BodyRoom, type TakenRoom } from './body-room.ts'
import type { ClientReader, Sent } from './listener/client-address.ts'

/** A body that is there as a whole. */
export interface WholeBody {
  readonly bytes: Buffer
  /** Its sender knows a secret: no stranger takes the room of what its network sends from now on. */
  believe(): Promise<void>
  /** To be called once nothing holds it any more. */
  leave(): void
}

/** Longest body that is read, in bytes. */
export const eventMaxBytes = 3 * 1024 * 1024

/** Bodies up to here are within what the number of connections bounds anyway. The memory for larger ones grows by it. */
export const smallBytes = 64 * 1024

/**
 * For all larger bodies that are there at the same time: once for those whose senders showed their secrets, once for
 * networks whose bodies were signed by one before, once for all others.
 */
const roomBytes = 32 * 1024 * 1024

/** When a sender should try again what there was no room for. */
const retryAfterMs = 10_000

/**
 * Reads a body.
 * @param showsSecret whether its sender has shown its secret; asked once, and only for a body that takes room
 */
export type ReadBody = (request: Readable & Sent, showsSecret: () => boolean) => Promise<WholeBody>

/**
 * Reads bodies into room that those share whose senders showed their secrets; those whose networks sent what was signed
 * rightly, another; and all others a third. What counts is what has come, not what was announced: who announces much and
 * sends nothing takes nothing.
 *
 * @returns rejects with EVENT_TOO_LARGE; EVENT_BUSY where others needed the room; REQUEST_INVALID where it breaks off
 */
export function createBodyReader(clients: ClientReader, proven: ProvenNetworks): ReadBody {
  const [shown, signed, others] = [createBodyRoom(roomBytes), createBodyRoom(roomBytes), createBodyRoom(roomBytes)]

  return (request, showsSecret) =>
    new Promise((resolve, reject) => {
      const firstBytes = Math.min(Number(request.headers['content-length'] ?? 0) || smallBytes, smallBytes)
      const blocks: Buffer[] = []
      let [heldBytes, bytes] = [0, 0]

      const fail = (error: AppError): void => {
        request.off('data', read).off('end', finish).off('error', breakOff).off('close', breakOff)
        blocks.length = 0
        leave()
        reject(error)
      }
      let taken: TakenRoom | null = null
      const network = networkOf(clients.read(request).address)
      const roomFor = (): BodyRoom => {
        if (showsSecret()) return shown
        return proven.has(network) ? signed : others
      }
      const grow = (bytesMore: number): boolean => {
        taken ??= roomFor().open(network, () => fail(busy()))
        return taken.grow(bytesMore)
      }
      const leave = (): void => taken?.leave()

      /** @returns what is left of the last block; null where there is no room for another one */
      const place = (): Buffer | null => {
        if (bytes === heldBytes) {
          const size = heldBytes === 0 ? firstBytes : smallBytes
          if (heldBytes > 0 && !grow(heldBytes + size)) return null
          blocks.push(Buffer.allocUnsafeSlow(size))
          heldBytes += size
        }
        return blocks.at(-1)?.subarray(bytes - heldBytes) ?? null
      }
      // Copied, since a piece of one byte holds on to the whole read that it came in.
      const read = (piece: Buffer): void => {
        if (bytes + piece.length > eventMaxBytes) return fail(tooLarge())
        for (let at = 0; at < piece.length;) {
          const rest = place()
          if (rest === null) return
          const copied = piece.copy(rest, 0, at)
          at += copied
          bytes += copied
        }
      }
      const finish = (): void => {
        request.off('error', breakOff).off('close', breakOff)
        taken?.keep()
        const whole = Buffer.concat(blocks, bytes)
        blocks.length = 0
        resolve({ bytes: whole, believe: () => proven.add(network), leave })
      }
      const breakOff = (): void => fail(new AppError('REQUEST_INVALID', 'the body breaks off'))
      request.on('data', read).once('end', finish).once('error', breakOff).once('close', breakOff)
    })
}

export const tooLarge = (): AppError => new AppError('EVENT_TOO_LARGE', 'the body is too large')

const busy = (): AppError => new AppError('EVENT_BUSY', 'too many large bodies are on their way', { retryAfterMs })
