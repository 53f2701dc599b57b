import type { IncomingMessage } from 'node:http'

/**
 * Frees the memory of bytes that nobody will read again. V8 sees only the small objects in front of them, so that 60 MiB
 * pile up before it collects any.
 */
export function giveBack(chunk: Buffer): void {
  const { buffer } = chunk
  // A small one may share its memory with others; and what was given back has none.
  const isAlone = chunk.byteLength > 0 && chunk.byteLength === buffer.byteLength
  if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0)
}

/**
 * Gives back the packets of an answer, of which the parser has made copies by the time that others see them. Should a
 * later Node hand out parts of them instead, answers that have to wait lose their bytes, and fail for their digest.
 */
export function giveBackPackets(incoming: IncomingMessage): void {
  const { socket } = incoming
  socket.on('data', giveBackLater)
  incoming.once('close', () => socket.off('data', giveBackLater))
}

const giveBackLater = (packet: Buffer): void => void setImmediate(giveBack, packet)
