import { AppError } from '../errors.ts'
import type { Queue } from './queue.ts'

interface Waiting {
  readonly work: () => Promise<void>
  readonly done: PromiseWithResolvers<void>
}

const laneOf = (key: string): string => key.slice(0, Math.max(0, key.indexOf(':')))

/**
 * A queue in this process. Nothing of it survives: what must, lies in the state, and the next pass finds it again.
 *
 * @param lanes how many of a lane run at a time; lanes that are not named run without a limit
 */
export function createLocalQueue(lanes: Readonly<Record<string, number>>): Queue {
  const waiting = new Map<string, Waiting>()
  const running = new Map<string, Promise<void>>()
  let isClosed = false

  function hasRoom(key: string): boolean {
    const lane = laneOf(key)
    const busy = [...running.keys()].filter((each) => laneOf(each) === lane).length
    return busy < (lanes[lane] ?? Number.POSITIVE_INFINITY)
  }

  function startNext(): void {
    for (const [key, { work, done }] of waiting) {
      if (running.has(key) || !hasRoom(key)) continue
      waiting.delete(key)
      const run = work().then(done.resolve, done.reject)
      running.set(
        key,
        run.finally(() => {
          running.delete(key)
          startNext()
        }),
      )
    }
  }

  return {
    add(key, work) {
      if (isClosed) return Promise.reject(new AppError('ABORTED', 'longshore is stopping'))
      const same = waiting.get(key)
      if (same) return same.done.promise
      const done = Promise.withResolvers<void>()
      waiting.set(key, { work, done })
      startNext()
      return done.promise
    },
    async close() {
      isClosed = true
      for (const { done } of waiting.values()) done.reject(new AppError('ABORTED', 'longshore is stopping'))
      waiting.clear()
      await Promise.all(running.values())
    },
  }
}
