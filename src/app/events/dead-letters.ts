import type { DeadLetter } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { EventTally } from './event-tally.ts'
import type { NowAndThen } from './now-and-then.ts'

interface LetterDeps extends Pick<App, 'log'> {
  readonly store: Pick<App['store'], 'addDeadLetter'>
  readonly tally: EventTally
  readonly isToBeTold: NowAndThen
}

/** Keeps aside what a known sender sent and nobody can read. How many there were is told with the tally. */
export async function keepAside({ store, tally, log, isToBeTold }: LetterDeps, letter: DeadLetter): Promise<void> {
  const { source } = letter
  await store.addDeadLetter(letter)
  tally.unreadable += 1
  if (!isToBeTold(`unreadable ${source}`)) return
  const sentence = `${source} sent something that is no event; it is kept aside, and what follows within an hour is too`
  log.warn({ source, code: 'EVENT_UNREADABLE' }, sentence)
}
