import type { Pause } from '../../store/store.ts'
import type { Follower } from '../passes/follower.ts'
import { isOver } from './pauses.ts'

/**
 * Notes when the pauses that there are will end by themselves, so that the loop has a turn then.
 * @returns whether a workload was under one that has ended since the turn before
 */
export async function endedPauses({ app, pauseEnds }: Follower): Promise<(workload: string) => boolean> {
  const { store, clock } = app
  const now = clock.now()
  const pauses = await store.pauses()
  const ended = pauses.filter((each) => isOver(each, now) && pauseEnds.has(keyOf(each)))
  pauseEnds.clear()
  for (const each of pauses) {
    if (each.until === null || isOver(each, now)) continue
    pauseEnds.set(keyOf(each), clock.elapsed() + Date.parse(each.until) - now)
  }
  return (workload) => ended.some((each) => each.workload === null || each.workload === workload)
}

const keyOf = ({ workload }: Pause): string => workload ?? ''
