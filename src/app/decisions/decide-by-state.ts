import type { App } from '../app.ts'
import { decideWorkload } from './decide-workload.ts'
import type { Decision } from './decision.ts'
import type { EarlierDecision } from './earlier-decision.ts'
import type { ListChoice } from '../selection/list-choice.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

/**
 * @param ignoresBackoff whether what failed by its surroundings may be tried before its time; a pass by hand may
 * @param earlier spares a close look at the target where it was just taken; null to take it
 * @param choice spares choosing among all tags where that was just done; null to do it
 */
export async function decideByState(
  app: App,
  watched: WatchedWorkload,
  signal: AbortSignal,
  ignoresBackoff: boolean,
  earlier: EarlierDecision | null = null,
  choice: ListChoice | null = null,
): Promise<Decision> {
  const observation =
    watched.kind === 'watchable'
      ? await app.store.tagObservation(watched.reference.registry, watched.reference.repository, watched.tag)
      : null
  return decideWorkload(app, watched, observation, { ignoresBackoff, signal, earlier, choice })
}
