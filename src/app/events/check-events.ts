import type { AppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import type { EventEnd, PendingEvent } from '../../store/store.ts'
import type { Repository } from '../../registries/registry.ts'
import type { App } from '../app.ts'
import { scanKey } from '../scans/scan-key.ts'
import { createCheckOff } from './check-off.ts'
import { createEventSchedule, isLastLook, restMs, type Waiting, type Watched } from './event-schedule.ts'
import { createEventTroubles } from './event-troubles.ts'
import { createFindings, isAbout, unlooked, type Finding } from './event-finding.ts'
import { tellAndReset, type EventTally } from './event-tally.ts'
import { createPendingPages } from './pending-pages.ts'
import { createUnseenInARow } from './unseen-in-a-row.ts'
import type { Nudges } from '../passes/nudges.ts'
import type { Overview } from '../answers/overview.ts'

interface CheckDeps extends Pick<App, 'clock' | 'log'> {
  readonly store: Pick<
    App['store'],
    | 'pendingEvents'
    | 'putAsideUnreadable'
    | 'checkOffEvents'
    | 'forgetEventKeys'
    | 'tagObservation'
    | 'listedTags'
    | 'imageDescription'
  >
  readonly nudges: Pick<Nudges, 'send'>
  readonly overview: Pick<Overview, 'isComplete' | 'tagsFollowed' | 'namesOf' | 'isDeciding'>
  readonly tally: EventTally
}

/** Sees to it that what events tell of is looked up. */
export interface EventChecks {
  /** Takes in news that is durable; what may be looked up at once is, before this returns. */
  take(events: readonly PendingEvent[]): void
  /** Something may be pending that was not taken in: soon all that is pending is read anew. */
  readAnew(): void
  /** Goes on with what is pending, also from a former process, until the signal fires. */
  run(stop: AbortSignal): Promise<void>
}

/** How long keys of events are remembered: no sender tries for longer. */
const keysKeptMs = 7 * 86_400_000

const housekeepingMs = 3_600_000

/** Least pause between two turns: with thousands of repositories something falls due in every millisecond. */
const turnPauseMs = 200

/** How soon it is asked again whether anybody can look a repository up. */
const nobodyMs = 1_000

/**
 * How long a target that was not seen yet is waited for, which will look all up once it is; a choice, which comes after a
 * rollout that is under way; and a state that cannot be read.
 */
const waitsMaxMs = 10 * 60_000

/** How soon what failed is tried again. */
const retryMs = 10_000

/**
 * Repositories that no watched workload follows are never looked up. The others are, until the tag shows what the event
 * told of, or the schedule is over. What is found is then decided as after every scan: no digest of an event is used
 * for anything else.
 */
export function createEventChecks(deps: CheckDeps): EventChecks {
  const { store, clock, overview } = deps
  const schedule = createEventSchedule()
  const findings = createFindings(deps)
  const unseen = createUnseenInARow(deps.log)
  const troubles = createEventTroubles(deps.log)
  const pending = createPendingPages(deps)
  const checkOffs = createCheckOff({
    store,
    onEnd(error) {
      if (error !== null) readAnew()
      troubles.note('check-off', error)
    },
  })
  let bell = new AbortController()
  // During a turn whatever comes counts in when the next one is.
  let wakesAt = -Infinity

  const readAnew = (): void => {
    pending.readAnew()
    if (pending.dueAt < wakesAt) bell.abort()
  }

  /** While a target was not seen yet, what nobody else follows is looked up by nobody: there is no telling who does. */
  const hasLookers = (repository: Repository): boolean =>
    overview.isComplete || overview.tagsFollowed(repository) !== null

  const putOff = (each: Waiting, ms: number): void => void (each.notBefore = clock.elapsed() + ms)
  const hasWaitedLong = ({ takenAt }: Waiting): boolean => clock.elapsed() - takenAt >= waitsMaxMs

  const lookUp = (watched: Watched, due: readonly Waiting[]): void => {
    for (const each of due) {
      // Begun before the look is, and answered in that order.
      each.beforeOwn ??= findings.digestNow(each.event).catch(() => null)
      each.before ??= each.beforeOwn
      each.lookedAt ??= isoTime(clock)
      each.looks += 1
    }
    watched.lookedAt = clock.elapsed()
    for (const repository of overview.namesOf(watched.repository)) {
      deps.nudges.send({ kind: 'scan', repository, at: watched.lookedAt })
    }
  }

  const end = (watched: Watched, each: Waiting, finding: Finding): void => {
    schedule.remove(watched, each)
    if (each.looks > 0) unseen.note(each.event.registry, finding.fate)
    if (finding.fate === 'unfollowed') deps.tally.unfollowed += 1
    checkOff(each.event, { ...finding, lookedAt: each.lookedAt, looks: each.looks })
  }

  /**
   * What the looks for it found is asked before the next one begins, and answered in that order. What only came again
   * waits by another key by now: nothing of it is checked off.
   */
  const endReplaced = (each: Waiting): void => {
    const { event, looks, lookedAt } = each
    if (looks === 0) return checkOff(event, unlooked('replaced'))
    const asked = findings.foundNew(each).catch(() => null)
    void asked.then((found) => checkOff(event, { fate: 'replaced', lookedAt, looks, found, reason: null }))
  }

  const checkOff = (event: PendingEvent, came: Omit<EventEnd, 'endedAt'>): void =>
    checkOffs.add({ ...event, end: { ...came, endedAt: isoTime(clock) } })

  const take = (events: readonly PendingEvent[]): void => {
    const now = clock.elapsed()
    const touched = new Set<Watched>()
    // What came again just as it ended is still pending in the state.
    for (const event of events.filter((each) => !checkOffs.isEnding(each))) {
      const followed = overview.isComplete ? overview.tagsFollowed(event) : 'not known'
      if (followed === null) {
        deps.tally.unfollowed += 1
        checkOff(event, unlooked('unfollowed'))
        continue
      }
      // Of those for nobody there must always be room for others.
      if (!schedule.hasRoom && !hasLookers(event)) {
        readAnew()
        continue
      }
      const isTagFollowed = followed === 'not known' || isAbout(event, followed)
      const added = schedule.add(event, isTagFollowed ? (event.tag ?? '') : '', now)
      if (added === null) {
        readAnew()
        continue
      }
      if (added.replaced !== null) endReplaced(added.replaced)
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
    if (!hasLookers(watched.repository)) return
    const fresh = schedule.due(watched, now).filter(({ looks }) => looks === 0)
    if (fresh.length > 0) lookUp(watched, fresh)
  }

  const seeTo = async (watched: Watched): Promise<void> => {
    const due = schedule.due(watched, clock.elapsed())
    const found = await Promise.all(due.map((each) => findings.settled(each)))
    const rest: Waiting[] = []
    for (const [index, each] of due.entries()) {
      const finding = found[index] ?? null
      if (finding === null) rest.push(each)
      else if (finding !== 'deciding') end(watched, each, finding)
      else if (hasWaitedLong(each)) end(watched, each, await findings.given(each))
      else putOff(each, restMs)
    }
    if (!hasLookers(watched.repository)) return waitForLookers(watched, rest)
    if (rest.length > 0) lookUp(watched, rest)
    // What comes of the last look is not waited for.
    for (const each of rest) if (isLastLook(each)) end(watched, each, await findings.given(each))
  }

  const waitForLookers = async (watched: Watched, due: readonly Waiting[]): Promise<void> => {
    for (const each of due) {
      if (hasWaitedLong(each)) {
        end(watched, each, await findings.given(each))
        continue
      }
      // Its looks are counted from when the first of them can be.
      each.begunAt = clock.elapsed()
      putOff(each, nobodyMs)
    }
  }

  const readPending = async (): Promise<void> => {
    // What is checked off by then is not read.
    await checkOffs.written()
    const askedAt = clock.elapsed()
    const page = await pending.next()
    // What came meanwhile may have taken the place of what was read.
    const current = page.filter((event) => !schedule.isTakenSince(event, askedAt))
    if (current.length < page.length) readAnew()
    take(current)
  }

  const putAside = (watched: Watched, { code, message }: AppError): void => {
    const reason = { code, sentence: message }
    for (const each of schedule.due(watched, clock.elapsed())) {
      if (hasWaitedLong(each)) end(watched, each, { fate: 'failed', found: null, reason })
      else putOff(each, retryMs)
    }
  }

  const turn = async (stop: AbortSignal): Promise<void> => {
    if (pending.dueAt <= clock.elapsed() && !schedule.isFull) await troubles.guard('inbox', stop, readPending)
    for (const watched of schedule.dueRepositories(clock.elapsed())) {
      const failure = await troubles.guard(scanKey(watched.repository), stop, () => seeTo(watched))
      if (failure !== null) putAside(watched, failure)
    }
  }

  const keepHouse = async (): Promise<void> => {
    const told = tellAndReset(deps.tally)
    if (told !== null) deps.log.info({}, `events: ${told}`)
    await store.forgetEventKeys(isoTime({ now: () => clock.now() - keysKeptMs }))
  }

  const run = async (stop: AbortSignal): Promise<void> => {
    let houseAt = clock.elapsed()
    while (!stop.aborted) {
      bell = new AbortController()
      wakesAt = -Infinity
      await turn(stop)
      if (houseAt <= clock.elapsed()) {
        const failure = await troubles.guard('house', stop, keepHouse)
        houseAt = clock.elapsed() + (failure === null ? housekeepingMs : retryMs)
      }
      wakesAt = Math.min(houseAt, schedule.nextAt(), schedule.isFull ? Infinity : pending.dueAt)
      await clock.sleep(Math.max(turnPauseMs, wakesAt - clock.elapsed()), AbortSignal.any([stop, bell.signal]))
    }
  }

  return { take, readAnew, run }
}
