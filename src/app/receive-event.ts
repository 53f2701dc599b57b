import { createHash } from 'node:crypto'
import type { EventRequest, ImageEvent } from '../events/event-source.ts'
import { redact } from '../lib/secret.ts'
import type { PendingEvent } from '../store/store.ts'
import type { App } from './app.ts'
import type { ConfiguredSource } from './configured-source.ts'
import { createDecoys } from './decoy-sources.ts'
import type { EventTally } from './event-tally.ts'

interface ReceiverDeps extends Pick<App, 'clock' | 'log'> {
  readonly store: Pick<App['store'], 'receiveEvents' | 'addDeadLetter'>
  readonly sources: readonly ConfiguredSource[]
  readonly tally: EventTally
  /** Called once they are durable. */
  readonly onNews: (events: readonly PendingEvent[]) => void
}

/**
 * Takes a request in for a source. `accepted` when all it says is durable, also where that concerns nothing here, was
 * heard before or cannot be read: a sender would only send it again. `refused` when it does not know the secret, or
 * when there is no such source: the one must not be told from the other.
 *
 * @throws STATE_* when it cannot be kept
 */
export type Receive = (source: string, request: Omit<EventRequest, 'receivedAt'>) => Promise<'accepted' | 'refused'>

/** Beginning of what cannot be read, in bytes, that is kept. */
const deadLetterBytes = 4096

export function createReceiver(deps: ReceiverDeps): Receive {
  const { store, clock, log, tally } = deps
  const byName = new Map(deps.sources.map((each) => [each.name, each]))
  const decoyFor = createDecoys(deps.sources)

  return async (name, posted) => {
    const known = byName.get(name)
    const request: EventRequest = { ...posted, receivedAt: clock.now() }
    const { source, secrets } = known ?? decoyFor(name)
    // All of them, so that the time does not tell which one fits.
    const fits = secrets.map((secret) => source.verify(request, secret))
    if (known === undefined || !fits.includes(true)) {
      tally.refused += 1
      return 'refused'
    }
    const receivedAt = new Date(request.receivedAt).toISOString()
    const events = source.parse(request)
    if (events === null) {
      tally.unreadable += 1
      log.warn({ source: name, code: 'EVENT_UNREADABLE' }, `${name} sent something that is no event; it is kept aside`)
      const start = Buffer.from(request.body.subarray(0, deadLetterBytes)).toString()
      await store.addDeadLetter({ source: name, body: redact(start), receivedAt })
      return 'accepted'
    }
    if (events.length === 0) return 'accepted'
    const fresh = await store.receiveEvents(events.map((event) => pending(name, event, receivedAt)))
    tally.received += fresh.length
    tally.repeated += events.length - fresh.length
    deps.onNews(fresh)
    return 'accepted'
  }
}

function pending(source: string, { id, image }: ImageEvent, receivedAt: string): PendingEvent {
  const { registry, repository, tag, digest } = image
  const identity = JSON.stringify([source, id, repository, tag, digest])
  return {
    key: createHash('sha256').update(identity).digest('hex'),
    registry,
    repository,
    tag,
    digest,
    receivedAt,
  }
}
