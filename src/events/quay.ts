import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { eventsMax, imageEvents } from './format/image-events.ts'
import { isInPath } from './proof/path.ts'

/**
 * "Push to Repository" notifications of Quay. They name all tags of a push, no digest, and no time: the same tag pushed
 * twice gives the same bytes, and both have to be looked for. Three failed deliveries in a row switch the notification off at
 * Quay, which is why what cannot be read is accepted as everywhere.
 *
 * @see Quay, "Repository notifications: repository push"
 */
export function createQuaySource({ registry }: EventSourceOptions): EventSource {
  return {
    verify: isInPath,
    showsSecret: isInPath,
    parse({ body }) {
      const json = readJsonText(body)
      const name = textOf(json, 'repository')
      if (name === null) return null
      const tags = fieldOf(json, 'updated_tags')
      // Every other notification has the repository too: builds, mirrors, vulnerabilities.
      if (tags === undefined) return []
      if (!Array.isArray(tags) || tags.length > eventsMax) return null
      const id = idFrom(body)
      return tags.flatMap((tag: unknown) =>
        typeof tag === 'string'
          ? imageEvents(registry, { kind: 'pushed', id, idRecurs: true, image: { name, tag, digest: null } })
          : [],
      )
    },
  }
}
