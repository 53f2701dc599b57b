/**
 * Tells whether this thread has worked for longer than `ms` since the call. By the time that it worked and not by the
 * clock: a busy machine makes nothing seem slow that is not.
 */
export function startBudget(ms: number): () => boolean {
  const startedAt = workedMs()
  return () => workedMs() - startedAt > ms
}

/** Time for work that is done in pieces, with other work of this thread between them. */
export interface Budget {
  /** Runs a piece, and lets it know when the time is over but for what is reserved. */
  spend<Done>(work: (isSpent: () => boolean) => Done, reservedMs?: number): Done
  leftMs(): number
}

/** @param ms that all pieces together may take of this thread */
export function createBudget(ms: number): Budget {
  let leftMs = ms
  return {
    spend(work, reservedMs = 0) {
      const startedAt = workedMs()
      const done = work(() => workedMs() - startedAt > leftMs - reservedMs)
      leftMs -= workedMs() - startedAt
      return done
    },
    leftMs: () => leftMs,
  }
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
