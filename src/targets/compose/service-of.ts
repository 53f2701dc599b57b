import { readComposeLabels } from '../engine/compose-labels.ts'
import { nameOf } from '../engine/dependants.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { lastingName, replacedNames } from './replaced-names.ts'
import { findServices } from './services.ts'

type Asking = Pick<ComposeDeps, 'engine' | 'inspections' | 'clock' | 'spareFolder'>

const beginning = new Date(0).toISOString()

/**
 * The service of the project whose container an engine id is, or was where that is gone.
 * @returns null where it is of none, or where nothing tells any more
 */
export async function serviceOf(
  deps: Asking,
  project: string,
  id: string,
  signal: AbortSignal,
): Promise<string | null> {
  const members = (await findServices(deps, project, signal)).flatMap((each) => each.members)
  const there = members.find(({ container }) => container.Id === id)
  if (there !== undefined) return there.compose.service
  const replaced = (await replacedNames(deps)).get(id)
  const successor = members.find(({ container }) => lastingName(nameOf(container)) === replaced?.name)
  if (successor !== undefined && replaced?.project === project) return successor.compose.service
  const filters = { types: ['container'], actions: ['destroy'] }
  const events = await deps.engine.pastEvents(filters, beginning, new Date(deps.clock.now()).toISOString(), signal)
  const removed = events.find((each) => each.id === id)
  const labels = removed && readComposeLabels(removed.attributes)
  return labels?.project === project ? labels.service : null
}
