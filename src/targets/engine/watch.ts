import { AppError } from '../../errors.ts'
import type { EngineEvent, EventFilters } from '../../clients/docker/events.ts'
import type { TargetChange } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'

/** What can change a workload or what is known of it; the checks of health that the engine runs are left out. */
const containerActions = [
  'create',
  'start',
  'die',
  'stop',
  'destroy',
  'rename',
  'update',
  'pause',
  'unpause',
  'health_status',
]
/** A push gives an image that was built here a digest. */
const imageActions = ['pull', 'push', 'tag', 'untag', 'delete', 'load', 'import']
const networkActions = ['connect', 'disconnect']

const ofContainers: EventFilters = {
  types: ['container', 'image', 'network'],
  actions: [...containerActions, ...imageActions, ...networkActions],
}

const backoffMs = { first: 250, most: 10_000 }

/**
 * Calls back on what happens to containers, until the signal fires. After each break everything is to be looked at.
 * @param workloadsOf ids of the workloads that an event is about
 * @param filters events that are followed: of containers and what they are made of, unless told otherwise
 */
export async function watch(
  deps: EngineDeps,
  workloadsOf: (event: EngineEvent) => readonly string[],
  onChange: (change: TargetChange) => void,
  signal: AbortSignal,
  onRefused?: (error: AppError) => void,
  filters: EventFilters = ofContainers,
): Promise<void> {
  const { engine, inspections, clock } = deps
  let waitMs = backoffMs.first
  let hasMissed = false
  let isRefused = false
  const onOpen = () => {
    inspections.trust()
    isRefused = false
    waitMs = backoffMs.first
    if (hasMissed) onChange({ kind: 'resync' })
  }
  while (!signal.aborted) {
    try {
      for await (const event of engine.followEvents(filters, onOpen, signal)) note(deps, event, workloadsOf, onChange)
    } catch (error) {
      const isPassing =
        error instanceof AppError && ['TARGET_UNAVAILABLE', 'TARGET_FORBIDDEN', 'TARGET_FAILED'].includes(error.code)
      if (!signal.aborted && !isPassing) throw error
      if (error instanceof AppError && error.code === 'TARGET_FORBIDDEN') {
        if (!isRefused) onRefused?.(error)
        isRefused = true
      }
    } finally {
      inspections.distrust()
      hasMissed = true
    }
    await clock.sleep(waitMs, signal)
    waitMs = Math.min(waitMs * 2, backoffMs.most)
  }
}

function note(
  { inspections }: EngineDeps,
  event: EngineEvent,
  workloadsOf: (event: EngineEvent) => readonly string[],
  onChange: (change: TargetChange) => void,
): void {
  if (event.type === 'image') return inspections.forgetImages()
  if (event.type === 'network') return inspections.forgetContainer(event.attributes['container'] ?? '')
  inspections.forgetContainer(event.id)
  for (const workload of workloadsOf(event)) onChange({ kind: 'changed', workload })
}
