import { formatAge } from '../../lib/age.ts'
import type { TrailedEvent } from '../../store/store.ts'
import type { App } from '../app.ts'
import { unusualDelayMs } from '../events/sender-clock.ts'
import { clockRemedy } from './examine-clock.ts'
import { doubtful, type Finding } from './finding.ts'

/** Events that are looked through. */
const eventsMax = 200

/** A single one that is late was sent again; only many are late by their clock or their way. */
const lateMin = 3

/** Whose clocks are not ours, by what they last dated their events. Only what is wrong is worth a line. */
export async function examineSenders({
  store,
}: {
  readonly store: Pick<App['store'], 'eventTrail'>
}): Promise<readonly Finding[]> {
  const dated = (await store.eventTrail({ limit: eventsMax })).filter(({ occurredAt }) => occurredAt !== null)
  return [...Map.groupBy(dated, ({ source }) => source)].flatMap(([name, events]) => tell(name, events))
}

/** @param events newest first, at least one */
function tell(name: string, events: readonly TrailedEvent[]): readonly Finding[] {
  const last = events.slice(0, lateMin).map(unusualDelayMs)
  const [latestMs = null] = last
  const told = { part: 'events', name } as const
  if (latestMs !== null && latestMs < 0) {
    const sentence = `its events are dated ${formatAge(-latestMs)} in the future: its clock is ahead of this machine's`
    return [doubtful({ ...told, sentence }, clockRemedy)]
  }
  const late = last.filter((each) => each !== null)
  if (late.length < lateMin) return []
  const sentence = `what it tells comes ${formatAge(Math.min(...late))} late, or its clock is behind this machine's`
  return [doubtful({ ...told, sentence }, `Look into its queue of notifications. ${clockRemedy}`)]
}
