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
 * Whoever comes while another waits shares its turn, so that looks for the tags of all who wait, as late as any wants.
 */
export function scan(app: App, queue: Queue, work: ScanWork, { signal, notBefore }: ScanOptions): Promise<void> {
  const { lastLooks, looksWanted, clock } = app
  const name = (tag: string): string => `${work.key}:${tag}`
  const wanted = looksWanted.get(work.key) ?? new Map<string, number>()
  looksWanted.set(work.key, wanted)
  for (const tag of work.tags) wanted.set(tag, Math.max(wanted.get(tag) ?? -Infinity, notBefore))
  return queue.add(work.key, async () => {
    looksWanted.delete(work.key)
    const due = [...wanted.keys()].filter((tag) => (lastLooks.get(name(tag)) ?? -Infinity) < (wanted.get(tag) ?? 0))
    const begun = clock.elapsed()
    for (const tag of due) lastLooks.set(name(tag), begun)
    await scanRepository({ ...app, memory: app.store }, work.repository, due, signal)
  })
}
