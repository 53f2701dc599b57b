import type { Digest } from '../image/digest.ts'
import type { Repository } from '../registries/registry.ts'
import type { PendingEvent } from '../store/store.ts'
import { scanKey } from './scan-key.ts'

/** When it is looked after an event came: a registry may tell of a push before its own tag shows it. */
const looksAtMs = [0, 2_000, 10_000, 60_000]

/** However many events there are, a repository is looked up no more often than this. */
const restMs = 2_000

/** Events in memory; further ones wait in the state. */
export const waitingMax = 10_000

/** An event that is looked after. */
export interface Waiting {
  readonly event: PendingEvent
  readonly slot: string
  /** By `clock.elapsed()`, as all times here. */
  readonly takenAt: number
  /** So far. */
  looks: number
  /** What the tag named before the first look; never rejects. */
  before: Promise<Digest | null>
}

/** The events of one repository. */
export interface Watched {
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
  readonly replaced: PendingEvent | null
}

export const isLastLook = ({ looks }: Waiting): boolean => looks >= looksAtMs.length

export function createEventSchedule(): EventSchedule {
  const repositories = new Map<string, Watched>()
  let count = 0

  const dueAt = ({ takenAt, looks }: Waiting, { lookedAt }: Watched): number =>
    Math.max(takenAt + (looksAtMs[looks] ?? 0), lookedAt + restMs)
  const due = (watched: Watched, now: number): readonly Waiting[] =>
    [...watched.waiting.values()].filter((each) => dueAt(each, watched) <= now)

  return {
    due,
    add(event, slot, now) {
      const { registry, repository } = event
      const key = scanKey(event)
      const fresh: Watched = { repository: { registry, repository }, lookedAt: -Infinity, waiting: new Map() }
      const watched = repositories.get(key) ?? fresh
      const earlier = watched.waiting.get(slot)
      if (earlier?.event.key === event.key) return { watched, replaced: null }
      if (earlier === undefined) {
        if (count >= waitingMax) return null
        count += 1
      }
      watched.waiting.set(slot, { event, slot, takenAt: now, looks: 0, before: Promise.resolve(null) })
      repositories.set(key, watched)
      return { watched, replaced: earlier?.event ?? null }
    },
    get hasRoom() {
      return count <= waitingMax / 2
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
