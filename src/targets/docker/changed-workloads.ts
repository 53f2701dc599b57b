import type { EngineEvent } from '../../clients/docker/events.ts'
import { workloadId } from './docker-deps.ts'
import { withoutSuffix } from '../../rollout/names.ts'

/** Ids of the workloads that an event of a container is about: two when it was renamed. */
export function changedWorkloads(target: string, { action, attributes }: EngineEvent): readonly string[] {
  const names = [attributes['name'], action === 'rename' ? attributes['oldName']?.replace(/^\//, '') : undefined]
  const own = names.filter((each) => each !== undefined).map(withoutSuffix)
  return [...new Set(own)].map((name) => workloadId(target, name))
}
