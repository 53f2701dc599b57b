/**
 * Tells whether this thread has worked for longer than `ms` since the call. By the time that it worked and not by the
 * clock: a busy machine makes nothing seem slow that is not.
 */
export function startBudget(ms: number): () => boolean {
  const startedAt = workedMs()
  return () => workedMs() - startedAt > ms
}

function workedMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
