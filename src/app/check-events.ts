import { toAppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import { isoTime } from '../lib/clock.ts'
import type { PendingEvent } from '../store/store.ts'
import type { App } from './app.ts'
import { createEventSchedule, isLastLook, waitingMax, type Waiting, type Watched } from './event-schedule.ts'
import { tellAndReset, type EventTally } from './event-tally.ts'
import type { Nudges } from './nudges.ts'
import type { Overview } from './overview.ts'

interface CheckDeps extends Pick<App, 'clock' | 'log'> {
  readonly store: Pick<App['store'], 'pendingEvents' | 'checkOffEvents' | 'forgetEventKeys' | 'tagObservation'>
  readonly nudges: Pick<Nudges, 'send'>
  readonly overview: Pick<Overview, 'isComplete' | 'tagsFollowed'>
  readonly tally: EventTally
}

/** Sees to it that what events tell of is looked up. */
export interface EventChecks {
  /** Takes in news that is durable; what may be looked up at once is, before this returns. */
  take(events: readonly PendingEvent[]): void
  /** Goes on with what is pending, also from a former process, until the signal fires. */
  run(stop: AbortSignal): Promise<void>
}

/** Events that are checked off in one transaction at most, so that nothing else waits for long. */
const checkedOffMax = 100

/** How long keys of events are remembered: no sender tries for longer. */
const keysKeptMs = 7 * 86_400_000

const housekeepingMs = 3_600_000

const nothing: ReadonlySet<string> = new Set()

/** Least pause between two turns: with thousands of repositories something falls due in every millisecond. */
const turnPauseMs = 200

/** How soon a state that could not be read or written is tried again. */
const retryMs = 10_000

/**
 * Repositories that no watched workload follows are never looked up. The others are, until the tag shows what the event
 * told of, or the schedule is over. What is found is then decided as after every scan: no digest of an event is used
 * for anything else.
 */
export function createEventChecks(deps: CheckDeps): EventChecks {
  const { store, clock, overview } = deps
  const schedule = createEventSchedule()
  const done: PendingEvent[] = []
  let isWriting = false
  // When to read those from the state that are not in memory; infinite while there are none.
  let reloadAt = -Infinity
  let bell = new AbortController()
  let wakesAt = Infinity

  const digestNow = async ({ registry, repository, tag }: PendingEvent): Promise<Digest | null> => {
    const found = tag === null ? null : await store.tagObservation(registry, repository, tag)
    return found === null || found.failure !== null ? null : found.digest
  }

  const lookUp = (watched: Watched, due: readonly Waiting[]): void => {
    for (const each of due) {
      // Begun before the look is, and answered in that order.
      if (each.looks === 0 && each.event.digest === null) each.before = digestNow(each.event).catch(() => null)
      each.looks += 1
    }
    watched.lookedAt = clock.elapsed()
    deps.nudges.send({ kind: 'scan', repository: watched.repository, at: deps.clock.elapsed() })
  }

  const isSettled = async ({ event, looks, before }: Waiting): Promise<boolean> => {
    if (looks === 0) return false
    if (event.tag === null) return true
    if (overview.isComplete && overview.tagsFollowed(event)?.has(event.tag) !== true) return true
    const now = await digestNow(event)
    if (now === null) return false
    return event.digest === null ? now !== (await before) : now === event.digest
  }

  const end = (watched: Watched, each: Waiting): void => {
    schedule.remove(watched, each)
    checkOff(each.event)
  }

  const checkOff = (event: PendingEvent): void => {
    done.push(event)
    if (isWriting) return
    isWriting = true
    writeDone()
      .catch((error: unknown) => {
        // They are still pending, and are seen to again.
        reloadAt = clock.elapsed() + retryMs
        done.length = 0
        tell(error)
      })
      .finally(() => (isWriting = false))
  }

  const writeDone = async (): Promise<void> => {
    while (done.length > 0) await store.checkOffEvents(done.splice(0, checkedOffMax))
  }

  const take = (events: readonly PendingEvent[]): void => {
    const now = clock.elapsed()
    const touched = new Set<Watched>()
    for (const event of events) {
      const tags = overview.isComplete ? (overview.tagsFollowed(event) ?? nothing) : null
      if (tags === nothing) {
        deps.tally.unfollowed += 1
        checkOff(event)
        continue
      }
      const isTagFollowed = tags === null || (event.tag !== null && tags.has(event.tag))
      const added = schedule.add(event, isTagFollowed ? (event.tag ?? '') : '', now)
      if (added === null) {
        reloadAt = Math.min(reloadAt, now + retryMs)
        continue
      }
      if (added.replaced !== null) checkOff(added.replaced)
      touched.add(added.watched)
    }
    // After all of them: one look serves those that come together.
    for (const watched of touched) {
      lookUpFresh(watched, now)
      if (schedule.nextAt(watched) < wakesAt) bell.abort()
    }
  }

  /** Those that never were; for the others it is the loop that first sees whether it still has to be. */
  const lookUpFresh = (watched: Watched, now: number): void => {
    const fresh = schedule.due(watched, now).filter(({ looks }) => looks === 0)
    if (fresh.length > 0) lookUp(watched, fresh)
  }

  const seeTo = async (watched: Watched): Promise<void> => {
    const due = schedule.due(watched, clock.elapsed())
    const settled = await Promise.all(due.map(isSettled))
    const rest = due.filter((_, index) => settled[index] !== true)
    for (const each of due) if (!rest.includes(each)) end(watched, each)
    if (rest.length > 0) lookUp(watched, rest)
    // What comes of the last look is not waited for.
    for (const each of rest) if (isLastLook(each)) end(watched, each)
  }

  const turn = async (): Promise<void> => {
    if (reloadAt <= clock.elapsed() && schedule.hasRoom) {
      const pending = await store.pendingEvents(waitingMax)
      reloadAt = Infinity
      take(pending)
    }
    for (const watched of schedule.dueRepositories(clock.elapsed())) await seeTo(watched)
  }

  const keepHouse = async (): Promise<void> => {
    const told = tellAndReset(deps.tally)
    if (told !== null) deps.log.info({}, `events: ${told}`)
    await store.forgetEventKeys(isoTime({ now: () => clock.now() - keysKeptMs }))
  }

  const tell = (error: unknown): void => {
    const { code, message } = toAppError(error)
    deps.log.error({ code }, `events: ${code}: ${message}`)
  }

  const run = async (stop: AbortSignal): Promise<void> => {
    let houseAt = clock.elapsed()
    while (!stop.aborted) {
      bell = new AbortController()
      wakesAt = Infinity
      try {
        await turn()
        if (houseAt <= clock.elapsed()) {
          await keepHouse()
          houseAt = clock.elapsed() + housekeepingMs
        }
        wakesAt = Math.min(houseAt, schedule.nextAt(), Math.max(reloadAt, clock.elapsed() + 1_000))
      } catch (error) {
        if (!stop.aborted) tell(error)
        wakesAt = clock.elapsed() + retryMs
      }
      await clock.sleep(Math.max(turnPauseMs, wakesAt - clock.elapsed()), AbortSignal.any([stop, bell.signal]))
    }
  }

  return { take, run }
}
