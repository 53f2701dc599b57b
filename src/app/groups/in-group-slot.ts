import type { App } from '../app.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'
import { openOfGroup } from './read-group.ts'

/** Does the work in one of the places that the workload's group has; null when all are taken. A person's word needs none. */
export async function inGroupSlot<Result>(
  app: App,
  { workload: { id }, settings: { group }, override }: WatchableWorkload,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const most = group === null ? null : (app.groups.get(group)?.maxParallel ?? null)
  if (group === null || most === null || override !== null) return work()
  if (!app.groupSlots.take(group, id, most, await openOfGroup(app, group))) return null
  try {
    return await work()
  } finally {
    app.groupSlots.free(group, id)
  }
}
