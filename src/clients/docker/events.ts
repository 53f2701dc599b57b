import type { Call } from './call.ts'
import { readJsonLines } from './json-lines.ts'
import { numberOf, objectOf, textMapOf, textOf, type JsonObject } from './json.ts'

/** One thing that happened on the engine. */
export interface EngineEvent {
  /** `container`, `image`, ... */
  readonly type: string
  /** `start`, `die`, `health_status: healthy`, ... */
  readonly action: string
  /** Engine id of what it happened to; of some image events a reference. */
  readonly id: string
  readonly attributes: Readonly<Record<string, string>>
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly at: number
}

export interface EventFilters {
  readonly types?: readonly string[]
  readonly actions?: readonly string[]
  readonly container?: string
}

/** What can be asked of the engine about what happened. It remembers some 256 events, and none from before its start. */
export interface EventCalls {
  /** What it remembers of a time that has passed; times are ISO. At most `eventsMax`. */
  pastEvents(filters: EventFilters, since: string, until: string, signal: AbortSignal): Promise<readonly EngineEvent[]>
  /**
   * What happens from now on, until the connection breaks or the signal fires.
   * @param onOpen called once events can no longer be missed
   */
  followEvents(filters: EventFilters, onOpen: () => void, signal: AbortSignal): AsyncGenerator<EngineEvent>
}

const eventsMax = 2000

export function eventCalls(call: Call): EventCalls {
  return {
    async pastEvents(filters, since, until, signal) {
      const query = { since: seconds(since), until: seconds(until), filters: encodeFilters(filters) }
      const answer = await call.open({ method: 'GET', path: '/events', query }, signal)
      const events: EngineEvent[] = []
      for await (const line of readJsonLines(answer, 'GET /events')) {
        events.push(readEvent(line))
        if (events.length >= eventsMax) break
      }
      return events
    },
    async *followEvents(filters, onOpen, signal) {
      const query = { filters: encodeFilters(filters) }
      const answer = await call.open({ method: 'GET', path: '/events', query }, signal)
      answer.release()
      onOpen()
      for await (const line of readJsonLines(answer, 'GET /events')) yield readEvent(line)
    },
  }
}

function encodeFilters({ types, actions, container }: EventFilters): string {
  return JSON.stringify({
    ...(types === undefined ? {} : { type: types }),
    ...(actions === undefined ? {} : { event: actions }),
    ...(container === undefined ? {} : { container: [container] }),
  })
}

/** The engine takes seconds with a fraction; an ISO time with nanoseconds keeps milliseconds here. */
const seconds = (iso: string): string => (Date.parse(iso) / 1000).toFixed(3)

function readEvent({ Type, Action, Actor, timeNano }: JsonObject): EngineEvent {
  const { ID, Attributes } = objectOf(Actor)
  return {
    type: textOf(Type),
    action: textOf(Action),
    id: textOf(ID),
    attributes: textMapOf(Attributes),
    at: numberOf(timeNano) / 1e6,
  }
}
