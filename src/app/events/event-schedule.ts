import type { Digest } from '../../image/digest.ts'
import type { Repository } from '../../registries/registry.ts'
import type { PendingEvent, Time } from '../../store/store.ts'
import { placeKey } from '../scans/scan-key.ts'

/** When it is looked after an event came: a registry may tell of a push before its own tag shows it. */
const looksAtMs = [0, 2_000, 10_000, 60_000]

/** However many events there are, a repository is looked up no more often than this. */
export const restMs = 2_000

/** Events in memory; further ones wait in the state. */
const waitingMax = 10_000

/** An event that is looked after. */
export interface Waiting {
  readonly event: PendingEvent
  readonly slot: string
  /** By `clock.elapsed()`, as all times here. */
  readonly takenAt: number
  /** When its looks begin: later than it was taken in where nobody could look then. */
  begunAt: number
  /** So far. */
  looks: number
  /** It is not due before; minus infinity unless it was put off. */
  notBefore: number
  /** When the first of them began, or of those for what it took the place of. */
  lookedAt: Time | null
  /** What the tag named before that; never rejects. Null until then. */
  before: Promise<Digest | null> | null
  /** What it named before the first look for this very event. */
  beforeOwn: Promise<Digest | null> | null
}

/** The events of one repository. */
export interface Watched {
  /** By the name that the first of them had for it. */
  readonly repository: Repository
  lookedAt: number
  /** By slot. */
  readonly waiting: Map<string, Waiting>
}

/** Which repository is to be looked up when. Only bookkeeping: the looks are the caller's. */
export interface EventSchedule {
  /**
   * A newer event takes the place of the one in its slot.
   * @param slot what it shares with others of its repository: its tag, or nothing when it is about none that matters
   * @returns where the event waits now, and what it took the place of; null when there is no room for it
   */
  add(event: PendingEvent, slot: string, now: number): Added | null
  /** Whether `add` would take many more. */
  readonly hasRoom: boolean
  /** Whether `add` takes nothing more in a new slot. */
  readonly isFull: boolean
  /** Whether something of its repository was taken in then or later. */
  isTakenSince(event: PendingEvent, since: number): boolean
  /** Those with something due. */
  dueRepositories(now: number): readonly Watched[]
  /** What is due for a look of that repository. */
  due(watched: Watched, now: number): readonly Waiting[]
  /** Ends the waiting, unless a newer event took its place. */
  remove(watched: Watched, waiting: Waiting): void
  /** When something falls due, of one repository or of all; infinite when nothing does. */
  nextAt(watched?: Watched): number
}

interface Added {
  readonly watched: Watched
  readonly replaced: Waiting | null
}

export const isLastLook = ({ looks }: Waiting): boolean => looks >= looksAtMs.length

export function createEventSchedule(): EventSchedule {
  const repositories = new Map<string, Watched>()
  let count = 0

  const dueAt = ({ begunAt, looks, notBefore }: Waiting, { lookedAt }: Watched): number =>
    Math.max(begunAt + (looksAtMs[looks] ?? 0), lookedAt + restMs, notBefore)
  const due = (watched: Watched, now: number): readonly Waiting[] =>
    [...watched.waiting.values()].filter((each) => dueAt(each, watched) <= now)

  const isFull = (): boolean => count >= waitingMax

  return {
    due,
    add(event, slot, now) {
      const { registry, repository } = event
      const key = placeKey(event)
      const unknown: Watched = { repository: { registry, repository }, lookedAt: -Infinity, waiting: new Map() }
      const watched = repositories.get(key) ?? unknown
      const earlier = watched.waiting.get(slot)
      if (earlier?.event.key === event.key) return { watched, replaced: null }
      if (earlier === undefined) {
        if (isFull()) return null
        count += 1
      }
      // A look for the earlier one may have found what this one tells of.
      const { lookedAt = null, before = null } = earlier ?? {}
      const fresh = { takenAt: now, begunAt: now, looks: 0, notBefore: -Infinity, beforeOwn: null }
      watched.waiting.set(slot, { event, slot, ...fresh, lookedAt, before })
      repositories.set(key, watched)
      return { watched, replaced: earlier ?? null }
    },
    get hasRoom() {
      return count <= waitingMax / 2
    },
    get isFull() {
      return isFull()
    },
    isTakenSince(event, since) {
      const waiting = repositories.get(placeKey(event))?.waiting.values() ?? []
      return [...waiting].some(({ takenAt }) => takenAt >= since)
    },
    dueRepositories(now) {
      // Those without events are kept only to know when they were looked up last.
      for (const [key, { waiting, lookedAt }] of repositories) {
        if (waiting.size === 0 && lookedAt + restMs <= now) repositories.delete(key)
      }
      return [...repositories.values()].filter((watched) => due(watched, now).length > 0)
    },
    remove({ waiting }, each) {
      if (waiting.get(each.slot) !== each) return
      waiting.delete(each.slot)
      count -= 1
    },
    nextAt(only) {
      let next = Infinity
      for (const watched of only === undefined ? repositories.values() : [only]) {
        if (watched.waiting.size === 0) next = Math.min(next, watched.lookedAt + restMs)
        for (const each of watched.waiting.values()) next = Math.min(next, dueAt(each, watched))
      }
      return next
    },
  }
}
