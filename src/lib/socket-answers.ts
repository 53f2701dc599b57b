import { connect } from 'node:net'

/** What says that nobody listens: no file, or one that a dead process left. */
const nobody: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ECONNREFUSED'])

/**
 * Whether somebody listens at a Unix socket.
 * @throws the system's error where that cannot be told, as when this user may not connect
 */
export function socketAnswers(path: string): Promise<boolean> {
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
