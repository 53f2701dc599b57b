import { AppError } from '../../errors.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import type { TargetChange } from '../target.ts'
import { workloadId, type DockerDeps } from './docker-deps.ts'
import { withoutSuffix } from './find-rollouts.ts'

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

const backoffMs = { first: 250, most: 10_000 }

/** Calls back on what happens to containers, until the signal fires. After each break everything is to be looked at. */
export async function watch(
  deps: DockerDeps,
  onChange: (change: TargetChange) => void,
  signal: AbortSignal,
): Promise<void> {
  const { engine, inspections, clock } = deps
  const types = ['container', 'image', 'network']
  const filters = { types, actions: [...containerActions, ...imageActions, ...networkActions] }
  let waitMs = backoffMs.first
  let hasMissed = false
  const onOpen = () => {
    inspections.trust()
    waitMs = backoffMs.first
    if (hasMissed) onChange({ kind: 'resync' })
  }
  while (!signal.aborted) {
    try {
      for await (const event of engine.followEvents(filters, onOpen, signal)) note(deps, event, onChange)
    } catch (error) {
      const isPassing =
        error instanceof AppError && ['TARGET_UNAVAILABLE', 'TARGET_FORBIDDEN', 'TARGET_FAILED'].includes(error.code)
      if (!signal.aborted && !isPassing) throw error
    } finally {
      inspections.distrust()
      hasMissed = true
    }
    await clock.sleep(waitMs, signal)
    waitMs = Math.min(waitMs * 2, backoffMs.most)
  }
}

function note(
  { inspections, target }: DockerDeps,
  { type, id, action, attributes }: EngineEvent,
  onChange: (change: TargetChange) => void,
): void {
  if (type === 'image') return inspections.forgetImages()
  if (type === 'network') return inspections.forgetContainer(attributes['container'] ?? '')
  inspections.forgetContainer(id)
  const names = [attributes['name'], action === 'rename' ? attributes['oldName']?.replace(/^\//, '') : undefined]
  for (const name of new Set(names.filter((each) => each !== undefined).map(withoutSuffix))) {
    onChange({ kind: 'changed', workload: workloadId(target, name) })
  }
}
