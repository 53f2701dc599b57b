import type { EventReport } from '../../app/answers/read-events.ts'
import { datedWords, fateSentence, outcomeWords, subjectOf } from './event-words.ts'

/** Something that happened to an event. */
export interface EventStep {
  readonly at: string
  /** The same however often the event is looked at. */
  readonly key: string
  readonly text: string
}

/** What happened to an event so far, in that order. */
export function stepsOf(event: EventReport): readonly EventStep[] {
  const { id, receivedAt, source, kind, fate, outcomes } = event
  const subject = subjectOf(event)
  const came = fate === 'unreadable' ? '' : kind === 'pushed' ? ' was pushed' : ' was deleted'
  const dated = datedWords(event)
  const words = `${subject}${came}${dated === '' ? '' : ` (${dated})`}`
  const first = { at: receivedAt, key: 'came', text: `#${id} ${source}: ${words}` }
  if (fate === 'waiting') return [first]
  return [
    first,
    { ...foundStep(event), key: 'fate' },
    ...outcomes.map((outcome) => ({
      at: outcome.endedAt ?? outcome.at,
      key: `${outcome.workload} ${outcome.kind} ${outcome.rollout ?? outcome.reason.code} ${outcome.endedAt ?? ''}`,
      text: `#${id} ${outcomeWords(outcome)}`,
    })),
  ]
}

/** What one look found is of its time: that no other is needed is settled only after what comes of it has begun. */
function foundStep(event: EventReport): Pick<EventStep, 'at' | 'text'> {
  const { id, receivedAt, endedAt, lookedAt, looks } = event
  const text = `#${id} ${fateSentence(event)}`
  if (lookedAt === null) return { at: endedAt ?? receivedAt, text }
  // One that came while another was looked for may have been found before.
  if (looks <= 1) return { at: lookedAt < receivedAt ? receivedAt : lookedAt, text }
  return { at: endedAt ?? lookedAt, text: `${text} (${looks} looks since ${clockTime(lookedAt)})` }
}

/** `14:02:11Z`: what is followed is of today. */
export const clockTime = (iso: string): string => `${iso.slice(11, 19)}Z`
