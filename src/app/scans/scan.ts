import type { App, Queue } from '../app.ts'
import type { Urgency } from '../../registries/registry.ts'
import type { ScanWork } from './scan-plan.ts'
import { scanWork } from '../selection/scan-work.ts'

/** Stand for the list of all tags, and for when they were pushed; no tag is called that. */
const theList = '*'
const theTimes = '* times'

interface ScanOptions {
  readonly signal: AbortSignal
  /** A tag that was looked up since then, by `clock.elapsed()`, is not asked for again. */
  readonly notBefore: number
  readonly urgency: Urgency
}

/**
 * Scans as a keyed job. A failing look is part of the observation; only the state itself can fail here.
 * Targets follow their workloads apart, and may follow the same repository: each tag is looked up once for all of them.
 * Whoever comes while another waits shares its turn, so that looks for the tags of all who wait, as late as any wants.
 */
export function scan(
  app: App,
  queue: Queue,
  work: ScanWork,
  { signal, notBefore, urgency }: ScanOptions,
): Promise<void> {
  const { lastLooks, looksWanted, clock, registryFor, store } = app
  const name = (tag: string): string => `${work.key}:${tag}`
  const wanted = looksWanted.get(work.key) ?? new Map<string, number>()
  looksWanted.set(work.key, wanted)
  const all = [...work.tags, ...(work.isListed ? [theList] : []), ...(work.hasTimes ? [theTimes] : [])]
  for (const tag of all) wanted.set(tag, Math.max(wanted.get(tag) ?? -Infinity, notBefore))
  return queue.add(work.key, async () => {
    looksWanted.delete(work.key)
    const names = [...wanted.keys()].filter((tag) => (lastLooks.get(name(tag)) ?? -Infinity) < (wanted.get(tag) ?? 0))
    const begun = clock.elapsed()
    for (const tag of names) lastLooks.set(name(tag), begun)
    const hasTimes = names.includes(theTimes)
    const isListed = hasTimes || names.includes(theList)
    const tags = names.filter((tag) => tag !== theList && tag !== theTimes)
    const due = { ...work, tags, isListed, hasTimes }
    await scanWork({ registryFor, clock, memory: store, urgency }, due, signal)
  })
}
