import { connect } from 'node:net'

/** What says that nobody listens: no file, one that a dead process left, or that of one which ends before it takes us up. */
const nobody: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET'])

/** Bytes of a socket's path that the system takes, without the closing zero: `sun_path` of Linux, and of the BSDs. */
export const socketPathMaxBytes = process.platform === 'linux' ? 107 : 103

/**
 * Whether somebody listens at a Unix socket. Nobody can at a path that is too long for one.
 * @throws the system's error where that cannot be told, as when this user may not connect
 */
export function socketAnswers(path: string): Promise<boolean> {
  if (Buffer.byteLength(path) > socketPathMaxBytes) return Promise.resolve(false)
  return new Promise((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (nobody.has(error.code)) resolve(false)
      else reject(error)
    })
  })
}
