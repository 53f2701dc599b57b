import { namesOf } from '../../../rollout/dependant.ts'
import type { Preparation, Workload } from '../../target.ts'
import type { DockerDeps } from '../docker-deps.ts'

/** Whether the Compose services that live in a container can be made again with it, and nothing else changes thereby. */
export async function prepareComposed(
  { remaking }: Pick<DockerDeps, 'remaking'>,
  { composed = [], followedBy, follows }: Pick<Workload, 'composed' | 'followedBy' | 'follows'>,
  signal: AbortSignal,
): Promise<Preparation> {
  const ready: Preparation = { kind: 'ready', definition: null, ...(followedBy && { followedBy }) }
  // One that is only started again has nobody made again: they follow it, as they did before.
  if (composed.length === 0 || follows?.how === 'restart') return { kind: 'ready', definition: null }
  if (remaking === null) {
    const sentence = `Compose services live in it (${namesOf(composed)}), which nothing here can make again`
    return { kind: 'held', reason: { code: 'DEPENDENT', sentence } }
  }
  const reason = await remaking.whyNot(composed, signal)
  return reason === null ? ready : { kind: 'held', reason }
}
