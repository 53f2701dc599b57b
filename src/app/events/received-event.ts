import { createHash, randomUUID } from 'node:crypto'
import type { ImageEvent } from '../../events/event-source.ts'
import { redact } from '../../lib/secret.ts'
import type { ReceivedEvent, Time } from '../../store/store.ts'

/** Beginning of what cannot be read, in bytes, that is kept. */
const deadLetterBytes = 4096

/** What is kept of a body that cannot be read: struck out first, since the beginning of a secret that is cut looks like none. */
export const deadLetterText = (body: string): string =>
  Buffer.from(redact(body)).subarray(0, deadLetterBytes).toString()

/** An event as it is kept. Its key is the same when its source tells the same again, or begins with the same identity. */
export function toReceived(source: string, event: ImageEvent, receivedAt: Time): ReceivedEvent {
  const { id, idRecurs, kind, image, occurredAt } = event
  const { registry, repository, tag, digest } = image
  const said = JSON.stringify([source, id, repository, tag, digest])
  const identity = createHash('sha256').update(said).digest('hex')
  return {
    ...(idRecurs ? { key: `${identity}@${randomUUID()}`, identity } : { key: identity }),
    registry,
    repository,
    tag,
    digest,
    receivedAt,
    from: { source, kind, ...(occurredAt !== undefined && { occurredAt: new Date(occurredAt).toISOString() }) },
  }
}
