import type { Socket } from 'node:net'

/** Bytes of requests that are read at once: some seventy of the shortest. */
const sliceBytes = 2048

/**
 * Has the server read what comes over a connection in slices, for as long as there is somebody to answer. Left alone,
 * Node 24 reads 64 KiB without a pause: two thousand short requests, sent at once and never to be answered, which hold up
 * everybody else for 25 ms.
 *
 * @param socket that a server of `node:http` already listens to
 * @param isWanted whether more of it is to be read; once it is not, nothing ever is again
 */
export function readInSlices(socket: Socket, isWanted: () => boolean): void {
  // The one that the server itself put there.
  const [read] = socket.listeners('data')
  if (read === undefined) return
  socket.off('data', read as (bytes: Buffer) => void) // what listens to `data` takes bytes
  let isOver = false
  socket.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length && !isOver; at += sliceBytes) {
      isOver = !socket.writable || !isWanted()
      if (!isOver) read.call(socket, bytes.subarray(at, at + sliceBytes))
    }
    if (isOver) socket.pause()
  })
}
