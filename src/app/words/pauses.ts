import { formatAge } from '../../lib/age.ts'
import { formatMinute } from '../../lib/minute.ts'
import type { Pause } from '../../store/store.ts'
import { because } from './words.ts'

/** The pauses that hold a workload now, that of everything first. @param now milliseconds since the epoch */
export function activePauses(pauses: readonly Pause[], workload: string, now: number): readonly Pause[] {
  return pauses.filter((each) => (each.workload === null || each.workload === workload) && !isOver(each, now))
}

/** Whether a pause has ended by itself. */
export const isOver = ({ until }: Pause, now: number): boolean => until !== null && Date.parse(until) <= now

/**
 * `everything is paused by ada until 2026-11-20 14:00 UTC (in 2 h), because "sale"`
 * @param now null for a sentence that is kept and read later
 */
export function tellPause({ workload, actor, reason, until }: Pause, now: number | null): string {
  const what = workload === null ? 'everything' : 'it'
  const left = until === null || now === null ? '' : ` (in ${formatAge(Date.parse(until) - now)})`
  const end = until === null ? '' : ` until ${formatMinute(until)}${left}`
  return `${what} is paused by ${actor}${end}${because(reason)}`
}
