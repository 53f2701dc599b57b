import { AppError } from '../errors.ts'
import type { Queue } from './queue.ts'

interface Waiting {
  readonly work: () => Promise<void>
  readonly done: PromiseWithResolvers<void>
}

const laneOf = (key: string): string => key.split('/', 1).join()
const kindOf = (lane: string): string => lane.split(':', 1).join()

/**
 * A queue in this process. Nothing of it survives: what must, lies in the state, and the next pass finds it again.
 *
 * @param limits how many run at a time in each lane, by the lane's kind (`scan`), or by the lane (`rollout:local`) where
 *   lanes of a kind differ; kinds that are not named have none
 */
export function createLocalQueue(limits: Readonly<Record<string, number | ((lane: string) => number)>>): Queue {
  const waiting = new Map<string, Map<string, Waiting>>()
  const running = new Map<string, Map<string, Promise<void>>>()
  let isClosed = false

  /** Lanes know nothing of each other, so that a pass over thousands of keys stays linear. */
  function startNext(lane: string): void {
    const queued = open(waiting, lane)
    const busy = open(running, lane)
    const ofKind = limits[kindOf(lane)] ?? Number.POSITIVE_INFINITY
    const limit = typeof ofKind === 'number' ? ofKind : ofKind(lane)
    for (const [key, { work, done }] of queued) {
      if (busy.size >= limit) return
      if (busy.has(key)) continue
      queued.delete(key)
      const run = work().then(done.resolve, done.reject)
      busy.set(
        key,
        run.finally(() => {
          busy.delete(key)
          startNext(lane)
        }),
      )
    }
  }

  return {
    add(key, work) {
      if (isClosed) return Promise.reject(new AppError('ABORTED', 'longshore is stopping'))
      const queued = open(waiting, laneOf(key))
      const same = queued.get(key)
      if (same) return same.done.promise
      const done = Promise.withResolvers<void>()
      queued.set(key, { work, done })
      startNext(laneOf(key))
      return done.promise
    },
    async close() {
      isClosed = true
      for (const queued of waiting.values()) {
        for (const { done } of queued.values()) done.reject(new AppError('ABORTED', 'longshore is stopping'))
        queued.clear()
      }
      await Promise.all([...running.values()].flatMap((busy) => [...busy.values()]))
    },
  }
}

function open<Value>(lanes: Map<string, Map<string, Value>>, lane: string): Map<string, Value> {
  const known = lanes.get(lane) ?? new Map<string, Value>()
  lanes.set(lane, known)
  return known
}
