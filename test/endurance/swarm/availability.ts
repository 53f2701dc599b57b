import { setTimeout as delay } from 'node:timers/promises'
import type { NamespaceDoor } from '../../services/namespace-door.ts'

/** Instances that answered, and what had been promised, each time that all were asked. */
export interface Availability {
  readonly samples: number
  /** Rounds of questions that took so long that instances may have been exchanged under them; they say nothing. */
  readonly tooSlow: number
  /** The fewest that answered while all nodes were there, and while one was lost. */
  readonly fewest: number
  readonly fewestInLoss: number
  /** Shortages of one round that the next, at once after it, did not find: a round is no picture of one instant. */
  readonly unconfirmed: number
  /** Each time that two rounds in a row found fewer than were promised, in words. */
  readonly breaches: readonly string[]
}

/** Asks all instances of a service through their published ports, over and over. */
export interface Watch {
  /** So many tasks are not promised now, because their node is lost. Infinity while nobody has counted. */
  lose(tasks: number): void
  /** What is going on, for the words of a breach. */
  tell(what: string): void
  end(): Promise<Availability>
}

interface WatchOptions {
  readonly doors: readonly Pick<NamespaceDoor, 'ask'>[]
  /** Instances that answer at any time while all nodes are there. */
  readonly promised: number
  /** The shortest time between two exchanges, in milliseconds. */
  readonly paceMs: number
}

export function watchAvailability({ doors, promised, paceMs }: WatchOptions): Watch {
  const found = {
    samples: 0,
    tooSlow: 0,
    unconfirmed: 0,
    fewest: Infinity,
    fewestInLoss: Infinity,
    breaches: [] as string[],
  }
  let [lost, isShort, doing] = [0, false, '']
  const ended = new AbortController()

  async function sample(): Promise<void> {
    const [began, lostBefore] = [Date.now(), lost]
    const pages = (await Promise.all(doors.map((door) => door.ask()))).flat()
    if (Date.now() - began >= paceMs) return void (found.tooSlow += 1)
    const answered = pages.filter((page) => page !== null).length
    found.samples += 1
    // A loss, or its end, in the middle of it leaves its first half as it was.
    const expected = promised - Math.max(lost, lostBefore)
    const wasShort = isShort
    isShort = answered < expected
    if (wasShort && isShort) found.breaches.push(`${answered} instances answered of ${expected} promised: ${doing}`)
    if (wasShort && !isShort) found.unconfirmed += 1
    if (lost === 0) found.fewest = Math.min(found.fewest, answered)
    else found.fewestInLoss = Math.min(found.fewestInLoss, answered)
  }

  const running = (async () => {
    while (!ended.signal.aborted) {
      await sample()
      if (!isShort) await delay(100)
    }
  })()
  return {
    lose: (tasks) => void (lost = tasks),
    tell: (what) => void (doing = what),
    async end() {
      ended.abort()
      await running
      return found
    },
  }
}
