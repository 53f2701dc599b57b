import type { EventsAnswer } from '../../app/answers/read-events.ts'
import { count, when } from '../present.ts'

type Sender = NonNullable<EventsAnswer['heard']>['senders'][number]

/** How often each source was heard, one line each; none where nobody listens. */
export function heardLines({ heard }: Pick<EventsAnswer, 'heard'>): readonly string[] {
  if (heard === null) return []
  const lines = heard.senders.flatMap((each) => (isSilent(each) && each.source === null ? [] : [heardLine(each)]))
  return lines.length === 0 ? [] : [`Requests since the service began at ${when(heard.since)}:`, ...lines]
}

function heardLine(sender: Sender): string {
  const { source, told, empty, greeted, unreadable, refused, lastAt, lastRefusedAt } = sender
  const name = source ?? 'names that no source has'
  if (isSilent(sender)) return `  ${name}: none`
  const parts = [
    told > 0 ? `${told} told of images` : '',
    empty > 0 ? `${empty} of nothing that concerns an image, such as a test` : '',
    greeted > 0 ? count(greeted, 'handshake') : '',
    unreadable > 0 ? `${unreadable} could not be read` : '',
    lastAt === null ? '' : `the last at ${when(lastAt)}`,
    refused > 0 ? `${refused} refused for a wrong secret or none` : '',
    lastRefusedAt === null ? '' : `the last of those at ${when(lastRefusedAt)}`,
  ]
  return `  ${name}: ${parts.filter((part) => part !== '').join(', ')}`
}

const isSilent = ({ lastAt, lastRefusedAt }: Sender): boolean => lastAt === null && lastRefusedAt === null

/**
 * What requests came since the look before, of those that leave no event, one sentence for each source and kind.
 * @param before null, or of a service that began at another time, when all of them are new
 */
export function heardSince(before: EventsAnswer['heard'], now: EventsAnswer['heard']): readonly string[] {
  if (now === null) return []
  const known = before?.since === now.since ? before.senders : []
  return now.senders.flatMap((sender) => {
    const earlier = known.find(({ source }) => source === sender.source)
    const [empty, greeted, refused] = (['empty', 'greeted', 'refused'] as const).map(
      (what) => sender[what] - (earlier?.[what] ?? 0),
    )
    const name = sender.source ?? 'a name that no source has'
    return [
      ...(empty ? [`${name}: ${count(empty, 'request')} came with the right secret and told of no image`] : []),
      ...(greeted ? [`${name}: asked for a handshake, and got it`] : []),
      ...(refused ? [`${name}: ${count(refused, 'request')} refused for a wrong secret or none`] : []),
    ]
  })
}
