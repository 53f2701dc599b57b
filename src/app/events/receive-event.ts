import { toAppError } from '../../errors.ts'
import type { EventRequest, Greeting, ImageEvent } from '../../events/event-source.ts'
import type { App } from '../app.ts'
import type { ConfiguredSource } from '../workloads/configured-source.ts'
import { keepAside } from './dead-letters.ts'
import { createDecoys } from './decoy-sources.ts'
import { keepEvents, type KeepDeps } from './keep-events.ts'
import { createNowAndThen, type NowAndThen } from './now-and-then.ts'
import { deadLetterText, toReceived } from './received-event.ts'
import type { SenderCounts } from './sender-counts.ts'

interface ReceiverDeps extends KeepDeps, Pick<App, 'clock' | 'log'> {
  readonly store: KeepDeps['store'] & Pick<App['store'], 'addDeadLetter'>
  readonly sources: readonly ConfiguredSource[]
  /** For people who watch; nothing is counted without. */
  readonly counts?: SenderCounts
}

/**
 * Takes a request in for a source. `accepted` when all it says is durable, also where that concerns nothing here, was
 * heard before or cannot be read: a sender would only send it again. `refused` when it does not know the secret, or
 * when there is no such source: the one must not be told from the other. An answer where a handshake asked for one.
 *
 * @throws STATE_* when it cannot be kept; EVENT_UNVERIFIABLE when it cannot be told now whether to refuse it
 */
export type Receive = (
  source: string,
  request: Omit<EventRequest, 'receivedAt'>,
) => Promise<'accepted' | 'refused' | Greeting>

export function createReceiver(deps: ReceiverDeps): Receive {
  const { clock, log, tally, counts } = deps
  const isToBeTold = createNowAndThen(clock)
  const byName = new Map(deps.sources.map((each) => [each.name, each]))
  const decoyFor = createDecoys(deps.sources)

  return async (name, posted) => {
    const known = byName.get(name)
    const request: EventRequest = { ...posted, receivedAt: clock.now() }
    const { source, secrets } = known ?? decoyFor(name)
    // All of them, so that the time does not tell which one fits.
    const fits = await Promise.all(secrets.map((secret) => source.verify(request, secret)))
    if (known === undefined || !fits.includes(true)) {
      tally.refused += 1
      counts?.note(known === undefined ? null : name, 'refused')
      return 'refused'
    }
    const greeting = (await source.greet?.(request)) ?? null
    if (greeting !== null) {
      counts?.note(name, 'greeted')
      log.info({ source: name }, `${name} asked for a handshake, and got it`)
      return greeting
    }
    const receivedAt = new Date(request.receivedAt).toISOString()
    const events = read(known, request, { log, isToBeTold })
    if (events === null) {
      counts?.note(name, 'unreadable')
      const body = deadLetterText(Buffer.from(request.body).toString())
      await keepAside({ ...deps, isToBeTold }, { source: name, body, receivedAt })
      return 'accepted'
    }
    counts?.note(name, events.length === 0 ? 'empty' : 'told')
    if (events.length === 0) return 'accepted'
    const received = events.map((event) => toReceived(name, event, receivedAt))
    await keepEvents(deps, received)
    return 'accepted'
  }
}

/** A parser that fails would have the sender send the same for ever, and nothing behind it. */
function read(
  { name, source }: ConfiguredSource,
  request: EventRequest,
  { log, isToBeTold }: Pick<App, 'log'> & { readonly isToBeTold: NowAndThen },
): readonly ImageEvent[] | null {
  try {
    return source.parse(request)
  } catch (error) {
    if (isToBeTold(`unread ${name}`)) {
      // Its message may hold what the request held.
      log.error({ code: 'INTERNAL' }, `INTERNAL: a request could not be read: ${toAppError(error).name}`)
    }
    return null
  }
}
