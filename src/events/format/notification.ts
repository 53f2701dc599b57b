import { isImageMediaType, isIndexMediaType } from '../../image/media-types.ts'
import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'
import type { ImageEvent } from '../event-source.ts'
import { idFrom } from './ids.ts'
import { eventsMax, imageEvents } from './image-events.ts'

/**
 * Events of an envelope of Distribution. Versions 1 (`registry:2`) and 2 (`registry:3`) have the same fields; the content
 * type is not looked at, because a sender that is refused tries the same again for ever.
 *
 * @returns null when it is no envelope
 * @see distribution notifications, "Envelope"
 */
export function readEnvelope(registry: string, body: Uint8Array): readonly ImageEvent[] | null {
  const events = fieldOf(readJsonText(body), 'events')
  if (!Array.isArray(events) || events.length > eventsMax) return null
  return events.flatMap((event: unknown, index) => readNotification(registry, event, () => idFrom(body, index)))
}

/** One event in the words of Distribution, which others use alone. */
export function readNotification(registry: string, event: unknown, fallbackId: () => string): readonly ImageEvent[] {
  const target = fieldOf(event, 'target')
  const kind = kindOf(textOf(event, 'action'), target)
  const name = textOf(target, 'repository')
  if (kind === null || name === null) return []
  return imageEvents(registry, {
    kind,
    id: textOf(event, 'id') ?? fallbackId(),
    at: fieldOf(event, 'timestamp'),
    image: { name, tag: textOf(target, 'tag'), digest: textOf(target, 'digest') },
  })
}

function kindOf(action: string | null, target: unknown): ImageEvent['kind'] | null {
  if (action === 'delete') return 'deleted'
  const mediaType = textOf(target, 'mediaType') ?? ''
  return action === 'push' && (isIndexMediaType(mediaType) || isImageMediaType(mediaType)) ? 'pushed' : null
}
