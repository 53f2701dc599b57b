import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** How requests ended. */
export interface Tally {
  readonly asked: number
  readonly answered: number
  /** The name had no address. */
  readonly unresolvable: number
  readonly refused: number
  /** The connection broke off, or the answer was none. */
  readonly cut: number
  /** No answer within two seconds. */
  readonly late: number
  /** Of the answered ones, in milliseconds. */
  readonly slowestMs: number
}

/** Somebody on a network who asks a workload there by its name, a hundred times a second. */
export interface Crowd extends AsyncDisposable {
  /** How the requests since the last call ended. */
  count(): Promise<Tally>
}

export const requestsPerSecond = 100

/** @param pid a process in the network namespace to ask from */
export function startCrowd(pid: string, name: string, port: number): Crowd {
  const script = join(import.meta.dirname, 'neighbour.ts')
  const program = [process.execPath, script, name, String(port), String(requestsPerSecond)]
  const stdio: ['ignore', 'ignore', 'inherit', 'ipc'] = ['ignore', 'ignore', 'inherit', 'ipc']
  const child = spawn('nsenter', [`--net=/proc/${pid}/ns/net`, ...program], { stdio })
  const ended = once(child, 'exit')
  return {
    async count() {
      child.send('count')
      const answer = await Promise.race([once(child, 'message'), ended.then(() => null)])
      if (answer === null) throw new Error('the crowd went home')
      return answer[0] as Tally // what neighbour.ts sends
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Requests that were not answered. */
export const failedOf = ({ unresolvable, refused, cut, late }: Tally): number => unresolvable + refused + cut + late
