import type { App } from '../app.ts'
import { decideWorkload, type DecideOptions } from './decide-workload.ts'
import type { Decision } from './decision.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

/** @param ignoresBackoff whether what failed by its surroundings may be tried before its time; a pass by hand may */
export async function decideByState(
  app: App,
  watched: WatchedWorkload,
  signal: AbortSignal,
  ignoresBackoff: boolean,
  how: Pick<DecideOptions, 'earlier' | 'choice' | 'urgency'> = {},
): Promise<Decision> {
  const observation =
    watched.kind === 'watchable'
      ? await app.store.tagObservation(watched.reference.registry, watched.reference.repository, watched.tag)
      : null
  return decideWorkload(app, watched, observation, { ...how, ignoresBackoff, signal })
}
