import type { Clock } from '../../lib/clock.ts'
import { targetOf, type Target } from '../../targets/target.ts'

/** Who waits for whom in one pass over several targets. */
export interface PassTurns {
  /** A target's workloads have been decided, or cannot be; these of them are due. Only the first time counts. */
  hasLooked(target: Target, due: readonly string[]): void
  /** Waits until everything that may go before these, or counts with them, has been decided. */
  untilLooked(target: Target, before: readonly string[]): Promise<void>
  /** Those that have had their turn, and are not waited for any more. */
  readonly hadTurn: ReadonlySet<string>
  endTurn(workload: string): void
  /** Waits until a workload has had its turn or, for null, a while. */
  waitFor(workload: string | null, stop: AbortSignal): Promise<void>
}

/** How soon one that waits for a place in its group asks again. */
const againMs = 1000

export function createPassTurns(targets: readonly Target[], clock: Pick<Clock, 'sleep'>): PassTurns {
  const looks = new Map(targets.map((each) => [each, Promise.withResolvers<void>()]))
  const turns = new Map<string, PromiseWithResolvers<void>>()
  const hadTurn = new Set<string>()
  return {
    hadTurn,
    hasLooked(target, due) {
      for (const id of due) if (!turns.has(id)) turns.set(id, Promise.withResolvers<void>())
      looks.get(target)?.resolve()
    },
    async untilLooked(target, before) {
      const near = new Set([target.name, ...before.map(targetOf)])
      await Promise.all([...looks].filter(([{ name }]) => near.has(name)).map(([, { promise }]) => promise))
    },
    endTurn(workload) {
      hadTurn.add(workload)
      turns.get(workload)?.resolve()
    },
    async waitFor(workload, stop) {
      if (workload === null) return clock.sleep(againMs, stop)
      await turns.get(workload)?.promise
      // One that is not due in this pass is nothing to wait for.
      hadTurn.add(workload)
    },
  }
}
