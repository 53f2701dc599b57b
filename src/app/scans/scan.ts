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
 * Whoever comes while another waits shares its turn, so that looks for the tags of all who wait, as late as any wants,
 * and as urgently.
 */
export function scan(
  app: App,
  queue: Queue,
  work: ScanWork,
  { signal, notBefore, urgency }: ScanOptions,
): Promise<void> {
  const { lastLooks, looksWanted, clock, registryFor, store } = app
  const name = (tag: string): string => `${work.key}:${tag}`
  const wanted = looksWanted.get(work.key) ?? { notBefore: new Map<string, number>(), urgency }
  looksWanted.set(work.key, wanted)
  const all = [...work.tags, ...(work.isListed ? [theList] : []), ...(work.hasTimes ? [theTimes] : [])]
  for (const tag of all) wanted.notBefore.set(tag, Math.max(wanted.notBefore.get(tag) ?? -Infinity, notBefore))
  if (urgency !== 'background') wanted.urgency = urgency
  return queue.add(work.key, async () => {
    looksWanted.delete(work.key)
    const names = [...wanted.notBefore]
      .filter(([tag, since]) => (lastLooks.get(name(tag)) ?? -Infinity) < since)
      .map(([tag]) => tag)
    const begun = clock.elapsed()
    for (const tag of names) lastLooks.set(name(tag), begun)
    const hasTimes = names.includes(theTimes)
    const isListed = hasTimes || names.includes(theList)
    const tags = names.filter((tag) => tag !== theList && tag !== theTimes)
    const due = { ...work, tags, isListed, hasTimes }
    try {
      await scanWork({ registryFor, clock, memory: store, urgency: wanted.urgency }, due, signal)
    } catch (error) {
      // What the state did not take was looked up for nobody.
      for (const tag of names) if (lastLooks.get(name(tag)) === begun) lastLooks.delete(name(tag))
      throw error
    }
  })
}
