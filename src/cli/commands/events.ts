import type { DeadLetter, EventsAnswer, TrailQuery } from '../../app/answers/read-events.ts'
import { AppError } from '../../errors.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { eventSentence, subjectOf } from '../events/event-words.ts'
import { heardLines } from '../events/heard-words.ts'
import { openControl } from '../open-control.ts'
import { json, when } from '../present.ts'
import { table } from '../table.ts'

/** What `longshore events` is given. */
export interface EventsOptions extends GlobalOptions {
  readonly output: Output
  readonly follow?: boolean
  readonly source?: string
  readonly since?: string
  readonly limit?: string
  readonly unreadable?: boolean
}

const limitMax = 5_000

/** `longshore events`: which push events came, what they woke, and what came of it. Newest last on a terminal. */
export async function runEvents(doors: Doors, options: EventsOptions): Promise<ExitCode> {
  const { follow = false, unreadable = false, output } = options
  if (follow && unreadable) throw new AppError('CLI_USAGE', '--unreadable cannot be followed')
  if (unreadable) return showUnreadable(doors, options)
  const query = toQuery(options, Date.now())
  if (follow) {
    const { followEvents } = await import('../events/follow-events.ts')
    await followEvents(doors, options, query)
    return 0
  }
  const { control, close } = await openControl(doors, options, 'ask')
  try {
    const answer = await control.events(query)
    doors.print(output === 'json' ? json(answer) : toText(answer, doors.columns))
    return 0
  } finally {
    await close()
  }
}

function toText(answer: EventsAnswer, columns: number | null): string {
  const heard = heardLines(answer)
  const foot = heard.length === 0 ? '' : `\n\n${heard.join('\n')}`
  if (answer.events.length === 0) return `No event has come so far.${foot}`
  const rows = answer.events
    .toReversed()
    .map((event) => [when(event.receivedAt), event.source, subjectOf(event), event.fate, eventSentence(event)])
  return table(['WHEN', 'SOURCE', 'IMAGE', 'WHAT', 'WHAT CAME OF IT'], rows, columns) + foot
}

/** What somebody who knew the secret sent, and nobody could read: from the state, also while no service runs. */
async function showUnreadable(doors: Doors, options: EventsOptions): Promise<ExitCode> {
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const all = await app.store.deadLetters()
    const letters = all.filter(({ source }) => options.source === undefined || source === options.source)
    doors.print(
      options.output === 'json'
        ? json(letters)
        : letters.toReversed().map(letterText).join('\n') || 'Everything could be read.',
    )
    return 0
  } finally {
    await close()
  }
}

const letterText = ({ receivedAt, source, body }: DeadLetter): string => `${when(receivedAt)}  ${source}\n${body}\n`

function toQuery({ source, since, limit, follow }: EventsOptions, now: number): TrailQuery {
  return {
    ...(source !== undefined && { source }),
    ...(since !== undefined && { since: readSince(since, now) }),
    limit: limit === undefined ? (follow === true ? 10 : 50) : readLimit(limit),
  }
}

function readLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= limitMax) return limit
  throw new AppError('CLI_USAGE', `--limit takes a whole number from 1 to ${limitMax}, not ${text}`)
}

function readSince(text: string, now: number): string {
  const ago = parseDuration(text)
  if ('ms' in ago) return new Date(now - ago.ms).toISOString()
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  throw new AppError(
    'CLI_USAGE',
    `--since takes a duration such as 2h, or a time such as 2026-11-20T12:00Z, not ${text}`,
  )
}
