import { readForeignName, type ForeignName } from '../../image/foreign-name.ts'
import type { ImageEvent } from '../event-source.ts'
import { readSenderTime } from './sender-time.ts'

/** Most that one request can tell of: today's senders put one event, or the few tags of one push, into each. */
export const eventsMax = 1000

/** What an event says, in its sender's words. */
export interface Told {
  readonly kind: ImageEvent['kind']
  readonly id: string
  readonly idRecurs?: true
  readonly image: ForeignName
  /** When, as its sender writes it. */
  readonly at?: unknown
  /** Whether the name may begin with a host, which must then be the source's. */
  readonly hostMayLead?: boolean
}

/**
 * The event at the registry of the source, as a list of one; empty when it is none that we could look up. What is pushed
 * without a tag is a layer or a platform's manifest on the way: the index with the tag comes last. Some senders repeat
 * the digest where the tag would stand.
 */
export function imageEvents(registry: string, { image, hostMayLead, at, ...told }: Told): readonly ImageEvent[] {
  const { kind } = told
  const tag = image.tag?.includes(':') === true ? null : image.tag
  if (kind === 'pushed' && tag === null) return []
  // What was deleted is not waited for.
  const digest = kind === 'pushed' ? image.digest : null
  const found = readForeignName(registry, { name: image.name, tag, digest }, hostMayLead)
  const occurredAt = readSenderTime(at)
  return found === null ? [] : [{ ...told, image: found, ...(occurredAt !== null && { occurredAt }) }]
}
