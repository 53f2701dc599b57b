import type { Service } from '../../clients/docker/services.ts'
import { AppError } from '../../errors.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** What of a manager it takes. */
interface JobLooking {
  readonly engine: Pick<SwarmDeps['engine'], 'listTasks'>
}

/**
 * Whether all runs of a job's latest start have come to their end, however many of them failed before; false where the
 * manager did not say.
 */
export async function isJobDone(
  { engine }: JobLooking,
  { id, iteration, completed, replicas }: Service,
  signal: AbortSignal,
): Promise<boolean> {
  if (iteration === null || completed === null || completed === 0) return false
  if (replicas !== null) return completed >= replicas
  // As wanted a Swarm (26.1) counts neither what has ended nor what waits for its next try: only its tasks tell of those.
  const own = (await tasksOf(engine, id, signal)).filter((task) => task.iteration === iteration)
  const done = new Set(own.filter(({ state }) => state === 'complete').map(({ place }) => place))
  return own.length > 0 && own.every(({ place }) => done.has(place))
}

/** One that was removed meanwhile has none. */
async function tasksOf(engine: JobLooking['engine'], id: string, signal: AbortSignal) {
  try {
    return await engine.listTasks(id, signal)
  } catch (error) {
    if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return []
    throw error
  }
}
