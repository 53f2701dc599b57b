import { AppError, toAppError } from '../../errors.ts'
import { isoTime, type Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import type { Store } from '../../store/store.ts'

interface KeepDeps {
  readonly store: Pick<Store, 'backups' | 'forgetOld' | 'history'>
  readonly clock: Clock
  readonly log: Log
}

/** Has the state backed up and kept small. What fails is told once, and keeps nothing else from going on. */
export interface StateKeeper {
  /** A rollout has its outcome: the state as it is now is worth a backup. */
  rolledOut(): void
  /** Takes backups when they are due, and forgets what is old, until the signal fires. */
  run(stop: AbortSignal): Promise<void>
  /** Takes the backup that is still due, once nothing is rolled out any more, and forgets what is old. */
  end(): Promise<void>
}

/** How much longer than a backup took the next one waits: however large the state is, a wave of rollouts leaves the disk alone. */
const restShare = 9
const dayMs = 86_400_000
const housekeepingMs = 3_600_000
/** How soon a backup that failed is tried again. */
const retryMs = 600_000

/** For the owner of the state, and nobody else. */
export function createStateKeeper({ store, clock, log }: KeepDeps): StateKeeper {
  const { backups } = store
  let isDue = false
  let notBefore = -Infinity
  // By `elapsed`; null before the first here, while only the stamps of former processes tell.
  let takenAt: number | null = null
  let bell = new AbortController()
  const troubles = new Map<string, string>()

  const guarded = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work()
      troubles.delete(what)
      return true
    } catch (error) {
      const { code, message } = toAppError(error)
      if (troubles.get(what) !== code) log.error({ code }, `${what}: ${code}: ${message}`)
      troubles.set(what, code)
      return false
    }
  }

  const backUp = async (): Promise<void> => {
    // A rollout that ends from here on may be missing in it, and makes the next one due.
    isDue = false
    const begun = clock.elapsed()
    let unremoved: string | undefined
    const isTaken = await guarded('the state was not backed up', async () => {
      const taken = await backups?.take()
      if (taken) log.debug({ backup: taken.file }, `the state was backed up to ${taken.file}`)
      unremoved = taken?.unremoved
    })
    await guarded('backups beyond those that are kept were not removed', async () => {
      if (unremoved !== undefined) throw new AppError('STATE_UNWRITABLE', unremoved)
    })
    isDue ||= !isTaken
    const ended = clock.elapsed()
    if (isTaken) takenAt = ended
    notBefore = ended + (isTaken ? (ended - begun) * restShare : retryMs)
  }

  /** Below zero when the clock was set back; infinite where there is none. */
  const newestAgeMs = (): number => {
    const at = backups?.newestAt() ?? null
    return at === null ? Infinity : clock.now() - Date.parse(at)
  }

  /** Below zero when a day is over. The stamp of one that was taken here says nothing of that where the clock was set. */
  const untilDaily = (): number => {
    const ageMs = Math.abs(newestAgeMs())
    return dayMs - (takenAt === null || ageMs === Infinity ? ageMs : clock.elapsed() - takenAt)
  }

  /** What a former process did at its end, and did not live to back up. */
  const isBehind = async (): Promise<boolean> => {
    const ageMs = newestAgeMs()
    const [last] = await store.history({ limit: 1 })
    if (last === undefined) return false
    return clock.now() - Date.parse(last.at) < ageMs
  }

  /** In milliseconds; 0 and below: now. */
  const untilBackup = (): number => {
    const wait = isDue ? 0 : untilDaily()
    return Math.max(wait, notBefore - clock.elapsed())
  }

  const turn = async (): Promise<number> => {
    await guarded('what is old was not forgotten', () => store.forgetOld(isoTime(clock)))
    if (backups === undefined) return housekeepingMs
    let waitMs = housekeepingMs
    await guarded('the backups cannot be looked at', async () => {
      if (untilBackup() <= 0) await backUp()
      waitMs = Math.min(housekeepingMs, Math.max(untilBackup(), 0))
    })
    return waitMs
  }

  return {
    rolledOut() {
      isDue = true
      bell.abort()
    },
    async run(stop) {
      if (backups !== undefined) {
        await guarded('the backups cannot be looked at', async () => void (isDue ||= await isBehind()))
      }
      while (!stop.aborted) {
        bell = new AbortController()
        const waitMs = await turn()
        // What rang meanwhile has made the next one due at another time.
        await clock.sleep(Math.max(waitMs, pauseMinMs), AbortSignal.any([stop, bell.signal]))
      }
    },
    async end() {
      await guarded('the backups cannot be looked at', async () => {
        if (backups === undefined) return
        if (isDue || (untilDaily() <= 0 && (await isBehind()))) await backUp()
      })
      await guarded('what is old was not forgotten', () => store.forgetOld(isoTime(clock)))
    },
  }
}

/** Whatever is asked, the loop never spins. */
const pauseMinMs = 1_000
