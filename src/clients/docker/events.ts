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

/** What is looked for among the events that the engine remembers. */
export interface Wanted {
  /** Whether nothing is missing from what was read so far; asked after each event. */
  readonly isWhole: (events: readonly EngineEvent[]) => boolean
  /**
   * By when it was noted if ever, in milliseconds since the epoch by the engine's clock. Later than that, what happens in
   * the engine's present second is left out; else that second is waited for to its end, while `isWhole` says no.
   */
  readonly notedBy?: number
}

/** What can be asked of the engine about what happened. It remembers some 256 events, and none from before its start. */
export interface EventCalls {
  /** What it remembers of a time that has passed; times are ISO. At most `eventsMax`. */
  pastEvents(filters: EventFilters, since: string, until: string, signal: AbortSignal): Promise<readonly EngineEvent[]>
  /**
   * All that it remembers, the oldest first. What it had noted by now is among it, unless `isWhole` ended the reading.
   * At most `eventsMax`.
   */
  rememberedEvents(filters: EventFilters, wanted: Wanted, signal: AbortSignal): Promise<readonly EngineEvent[]>
  /**
   * What happens from now on, until the connection breaks or the signal fires.
   * @param onOpen called once events can no longer be missed
   */
  followEvents(filters: EventFilters, onOpen: () => void, signal: AbortSignal): AsyncGenerator<EngineEvent>
}

const eventsMax = 2000

export function eventCalls(call: Call): EventCalls {
  const read = async (
    query: { since: string; until: string; filters: string },
    isWhole: (events: readonly EngineEvent[]) => boolean,
    signal: AbortSignal,
  ): Promise<readonly EngineEvent[]> => {
    const answer = await call.open({ method: 'GET', path: '/events', query }, signal)
    const events: EngineEvent[] = []
    for await (const line of readJsonLines(answer, 'GET /events')) {
      events.push(readEvent(line))
      if (events.length >= eventsMax || isWhole(events)) break
    }
    return events
  }

  return {
    pastEvents(filters, since, until, signal) {
      const query = { since: seconds(since), until: seconds(until), filters: encodeFilters(filters) }
      return read(query, () => false, signal)
    },
    async rememberedEvents(filters, { isWhole, notedBy = Infinity }, signal) {
      // By the engine's own clock, since ours may be behind it.
      const second = await engineSecond(call, signal)
      const until = notedBy < second * 1000 ? second : second + 1
      return read({ since: '0', until: String(until), filters: encodeFilters(filters) }, isWhole, signal)
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

/** Whole seconds since the epoch by the clock of the engine's machine. */
async function engineSecond(call: Call, signal: AbortSignal): Promise<number> {
  const { headers, body, release } = await call.open({ method: 'GET', path: '/version' }, signal)
  body.resume().once('close', release)
  const told = Date.parse(headers.date ?? '')
  return Math.floor((Number.isNaN(told) ? Date.now() : told) / 1000)
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
