import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A folder that every process of a machine has in common, whatever its `TMPDIR`. */
const everywhere = '/'

/**
 * Does the work while no other process on this machine brings services up or takes leftovers away.
 * The kernel drops the lock when this process dies, and it is a lock on a folder that is there anyway:
 * there is nothing that could become stale. It must not be taken twice, one inside the other.
 */
export async function withMachineLock<Result>(work: () => Promise<Result>): Promise<Result> {
  const holder = spawn('flock', ['--timeout', '600', everywhere, 'sh', '-c', 'echo held; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [held] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
    if (!Buffer.isBuffer(held)) throw new Error('another process has been bringing services up for ten minutes')
    return await work()
  } finally {
    holder.stdin.end()
  }
}
