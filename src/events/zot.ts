import { textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions, ImageEvent } from './event-source.ts'
import { readCloudEvent } from './format/cloud-event.ts'
import { idFrom } from './format/ids.ts'
import { imageEvents } from './format/image-events.ts'
import { isAuthorized } from './proof/authorization.ts'

const kinds: ReadonlyMap<string, ImageEvent['kind']> = new Map([
  ['zotregistry.image.updated', 'pushed'],
  ['zotregistry.image.deleted', 'deleted'],
])

/** CloudEvents of zot, in both ways that HTTP carries them. @see zot, pkg/extensions/events */
export function createZotSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify: isAuthorized,
    showsSecret: isAuthorized,
    parse(request) {
      const event = readCloudEvent(request)
      if (event === null) return null
      const kind = kinds.get(event.type)
      const name = textOf(event.data, 'name')
      if (kind === undefined || name === null) return []
      // The reference is a digest where no tag was pushed.
      const [tag, digest] = [textOf(event.data, 'reference'), textOf(event.data, 'digest')]
      const id = event.id ?? idFrom(request.body)
      return imageEvents(registry, { kind, id, at: event.time, image: { name, tag, digest } })
    },
  }
}
