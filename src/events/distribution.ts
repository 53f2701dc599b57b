import { createHash } from 'node:crypto'
import { readForeignName } from '../image/foreign-name.ts'
import { isImageMediaType, isIndexMediaType } from '../image/media-types.ts'
import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { EventRequest, EventSource, EventSourceOptions, ImageEvent } from './event-source.ts'

/** Today's senders put one into each request. */
const eventsMax = 1000

/**
 * Notifications of Distribution and of what is built on it. The envelopes v1 (`registry:2`) and v2 (`registry:3`) have
 * the same fields; the content type is not looked at, because a sender that is refused tries the same again for ever.
 *
 * @see distribution notifications, "Envelope"
 */
export function createDistributionSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const known = secret.reveal()
      // No early end: how long it takes must not tell which of them fits.
      const matches = credentialsIn(request).filter((given) => isSameSecret(given, known))
      return matches.length > 0
    },
    parse({ body }) {
      const events = fieldOf(readJsonText(body), 'events')
      if (!Array.isArray(events) || events.length > eventsMax) return null
      const hash = createHash('sha256').update(body).digest('hex')
      return events.flatMap((event: unknown, index) => readEvent(registry, event, `${hash}.${index}`))
    },
  }
}

/** What the `Authorization` header may mean by its value: itself, or what follows its scheme. None when there are two. */
function credentialsIn({ headers }: EventRequest): readonly string[] {
  const [value, ...more] = headers['authorization'] ?? []
  if (value === undefined || more.length > 0) return []
  const [, scheme = '', rest = ''] = /^(bearer|basic) +(.*)$/i.exec(value) ?? []
  if (scheme.toLowerCase() === 'bearer') return [value, rest]
  if (scheme.toLowerCase() !== 'basic') return [value]
  const decoded = Buffer.from(rest, 'base64').toString()
  // The secret is the password, whoever the user is said to be, or both with their colon.
  return [value, decoded, decoded.slice(decoded.indexOf(':') + 1)]
}

function readEvent(registry: string, event: unknown, fallbackId: string): readonly ImageEvent[] {
  const target = fieldOf(event, 'target')
  const kind = kindOf(textOf(event, 'action'), target)
  const name = textOf(target, 'repository')
  if (kind === null || name === null) return []
  const image = readForeignName(registry, { name, tag: textOf(target, 'tag'), digest: digestOf(kind, target) })
  if (image === null) return []
  return [{ id: textOf(event, 'id') ?? fallbackId, kind, image }]
}

/** A layer or a platform's manifest that is pushed on the way has no tag: the index with the tag comes last. */
function kindOf(action: string | null, target: unknown): ImageEvent['kind'] | null {
  if (action === 'delete') return 'deleted'
  if (action !== 'push' || textOf(target, 'tag') === null) return null
  const mediaType = textOf(target, 'mediaType') ?? ''
  return isIndexMediaType(mediaType) || isImageMediaType(mediaType) ? 'pushed' : null
}

/** What was deleted is not waited for. */
const digestOf = (kind: ImageEvent['kind'], target: unknown): string | null =>
  kind === 'pushed' ? textOf(target, 'digest') : null
