import type { App, Queue } from './app.ts'
import type { ScanWork } from './scan-plan.ts'
import { scanRepository } from './scan-repository.ts'

interface ScanOptions {
  readonly signal: AbortSignal
  /** A tag that was looked up since then, by `clock.elapsed()`, is not asked for again. */
  readonly notBefore: number
}

/**
 * Scans as a keyed job. A failing look is part of the observation; only the state itself can fail here.
 * Targets follow their workloads apart, and may follow the same repository: each tag is looked up once for all of them.
 */
export function scan(app: App, queue: Queue, work: ScanWork, { signal, notBefore }: ScanOptions): Promise<void> {
  const { lastLooks, clock } = app
  const name = (tag: string): string => `${work.key}:${tag}`
  return queue.add(work.key, async () => {
    const due = work.tags.filter((tag) => (lastLooks.get(name(tag)) ?? -Infinity) < notBefore)
    const begun = clock.elapsed()
    for (const tag of due) lastLooks.set(name(tag), begun)
    await scanRepository({ ...app, memory: app.store }, work.repository, due, signal)
  })
}
