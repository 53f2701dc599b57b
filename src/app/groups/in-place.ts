import type { Follower } from '../passes/follower.ts'

/**
 * Does the work once the queue has a place for it. Resolves without it when what a person asked for under the same turn
 * has to go first; the workload is decided afresh then.
 */
export function inPlace(
  { queue, waiting }: Pick<Follower, 'queue' | 'waiting'>,
  turn: string,
  key: string,
  work: () => Promise<void>,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let hasLeft = false
  const leave = (): void => {
    hasLeft = true
    resolve()
  }
  const ownWork = async (): Promise<void> => {
    if (hasLeft) return
    waiting.delete(turn)
    await work()
  }
  waiting.set(turn, leave)
  queue.add(key, ownWork).then(resolve, reject)
  return promise
}

/** Has what waits for a place under a turn give it up; what has its place already goes on. */
export function leavePlace({ waiting }: Pick<Follower, 'waiting'>, turn: string): void {
  const leave = waiting.get(turn)
  waiting.delete(turn)
  leave?.()
}
