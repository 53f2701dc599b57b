import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'

/**
 * Does the work while no other process on this machine brings services up or takes leftovers away.
 * The kernel drops the lock when this process dies, and it is a lock on the temporary folder itself:
 * there is nothing that could become stale. It must not be taken twice, one inside the other.
 */
export async function withMachineLock<Result>(work: () => Promise<Result>): Promise<Result> {
  const holder = spawn('flock', ['--timeout', '600', tmpdir(), 'sh', '-c', 'echo held; exec cat'], {
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  try {
    const [held] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')])
    if (!Buffer.isBuffer(held)) throw new Error(`another process has locked ${tmpdir()} for ten minutes`)
    return await work()
  } finally {
    holder.stdin.end()
  }
}
