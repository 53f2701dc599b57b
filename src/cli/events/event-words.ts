import { isAbsent } from '../../errors.ts'
import type { EventOutcome } from '../../app/answers/event-outcomes.ts'
import type { EventReport } from '../../app/answers/read-events.ts'
import { unusualDelayMs } from '../../app/events/sender-clock.ts'
import { formatAge } from '../../lib/age.ts'
import { short } from '../present.ts'

/** What an event is about, as in `docker pull`; of one that nobody could read, that. */
export function subjectOf({ registry, repository, tag }: EventReport): string {
  if (registry === null || repository === null) return '(unreadable)'
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}`
}

/** What became of an event so far, in one sentence without what came of it. */
export function fateSentence(event: EventReport): string {
  const { fate, kind, found, digest, reason } = event
  const isGone = kind === 'deleted' && isAbsent(reason?.code)
  switch (fate) {
    case 'waiting':
      return 'being looked up'
    case 'repeated':
      return 'it had come before'
    case 'unreadable':
      return 'it could not be read; `longshore events --unreadable` shows how it begins'
    case 'unfollowed':
      return 'no watched workload follows this repository'
    case 'replaced':
      return found === null
        ? 'newer news of the same tag took its place'
        : `the tag named ${short(found)} when newer news took its place`
    case 'changed':
      return `the tag names ${short(found)} now${ofPlatform(event)}`
    case 'unchanged':
      return `the tag names ${short(found)}, as before${ofPlatform(event)}`
    case 'unchosen':
      return 'the tag is in the list, and no policy chose it'
    case 'unseen':
      return found === null ? 'the tag was not seen' : `the tag names ${short(found)}, and not ${short(digest)}`
    case 'failed':
      return isGone
        ? 'the tag is gone; nothing is stopped'
        : `it could not be looked up: ${reason?.sentence ?? 'why is not known'}`
    case 'looked':
      return event.tag === null
        ? 'the repository was looked up'
        : 'the repository was looked up; nobody follows that tag'
  }
}

const ofPlatform = ({ digest, found }: EventReport): string =>
  digest === null || digest === found ? '' : `; what was told of, ${short(digest)}, is its image for one platform`

/** What came of it for one workload. */
export function outcomeWords({ kind, workload, rollout, outcome, endedAt, reason }: EventOutcome): string {
  if (kind === 'held') return `${workload} is held: ${reason.sentence}`
  if (kind === 'waiting') return `${workload} is not rolled out: ${reason.sentence}`
  const how = endedAt === null ? 'under way' : (outcome ?? 'ended')
  return `${workload}: rollout ${rollout} ${how}: ${reason.sentence}`
}

/** By how much its sender dated it otherwise than it came; empty while that is nothing unusual. */
export function datedWords(event: EventReport): string {
  const delayMs = unusualDelayMs(event)
  if (delayMs === null) return ''
  return delayMs < 0
    ? `dated ${formatAge(-delayMs)} later than it came, since its sender's clock is ahead`
    : `dated ${formatAge(delayMs)} before it came`
}

/** All of it, for one cell of a table. */
export function eventSentence(event: EventReport): string {
  const { fate, outcomes, isOver } = event
  const came = outcomes.map(outcomeWords)
  const none =
    fate === 'changed' && came.length === 0
      ? [isOver ? 'nothing had to be rolled out' : 'nothing came of it so far']
      : []
  const deleted = event.kind === 'deleted' ? ['told as deleted'] : []
  const dated = datedWords(event)
  return [...deleted, ...(dated === '' ? [] : [dated]), fateSentence(event), ...none, ...came].join('; ')
}
