import { AppError, toAppError } from '../../errors.ts'
import type { QueuedMessage } from '../../events/event-source.ts'
import { isoTime } from '../../lib/clock.ts'
import type { App } from '../app.ts'
import type { ConfiguredQueue } from '../workloads/configured-queue.ts'
import { keepAside } from './dead-letters.ts'
import { keepEvents, type KeepDeps } from './keep-events.ts'
import { createNowAndThen, type NowAndThen } from './now-and-then.ts'
import { deadLetterText, toReceived } from './received-event.ts'
import { createSourceTroubles } from './source-troubles.ts'

interface PollDeps extends KeepDeps, Pick<App, 'clock' | 'log' | 'random'> {
  readonly store: KeepDeps['store'] &
    Pick<App['store'], 'addDeadLetter' | 'deadLetters' | 'setSourceTroubles' | 'checkWritable'>
  readonly queues: readonly ConfiguredQueue[]
}

/** Pauses after failures, one after the other; the last stays. */
const pausesMs = [1_000, 2_000, 5_000, 15_000, 30_000, 60_000]

/** A queue that answers at once with nothing, which none should, is not asked in a circle. */
const emptyPauseMs = 200

/**
 * Reads every queue until the signal fires. A message is removed from its queue once what it says is durable; one that
 * nobody can read is kept aside here, and left to the queue, which puts it aside too when it was received too often.
 */
export async function pollQueues(deps: PollDeps, stop: AbortSignal): Promise<void> {
  if (deps.queues.length === 0) return
  const troubles = createSourceTroubles(deps)
  await troubles.begin()
  await Promise.all(deps.queues.map((each) => pollQueue(deps, each, troubles, stop)))
}

async function pollQueue(
  deps: PollDeps,
  { name, queue }: ConfiguredQueue,
  troubles: ReturnType<typeof createSourceTroubles>,
  stop: AbortSignal,
): Promise<void> {
  const { clock } = deps
  const aside: Aside = { texts: new Set(), isToBeTold: createNowAndThen(clock) }
  let failures = 0
  /** Whether something could not be kept, and nothing could since. */
  let isUnkept = false
  while (!stop.aborted) {
    const askedAt = clock.elapsed()
    try {
      // The queue counts each time that it gives a message, and puts it aside after so many.
      if (isUnkept) await deps.store.checkWritable()
      const messages = await queue.receive(stop)
      await troubles.over(name)
      const kept: QueuedMessage[] = []
      for (const message of messages) {
        isUnkept = true
        if (await keep(deps, name, message, aside)) kept.push(message)
        isUnkept = false
      }
      await queue.remove(kept, stop)
      if (!isUnkept) failures = 0
      if (messages.length === 0 && clock.elapsed() - askedAt < emptyPauseMs) await clock.sleep(emptyPauseMs, stop)
    } catch (error) {
      if (stop.aborted) return
      await troubles.note(name, error instanceof AppError ? error : toAppError(error))
      const pauseMs = pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0
      failures += 1
      // Not all at the same moment, where one thing keeps several from being read.
      await clock.sleep(pauseMs * (1 + deps.random() / 4), stop)
    }
  }
}

/** @returns whether it may be removed */
async function keep(deps: PollDeps, name: string, message: QueuedMessage, aside: Aside): Promise<boolean> {
  const { events } = message
  if (events === null) {
    await keepUnread(deps, name, message, aside)
    return false
  }
  if (events.length === 0) return true
  const receivedAt = isoTime(deps.clock)
  const received = events.map((event) => toReceived(name, event, receivedAt))
  await keepEvents(deps, received)
  return true
}

interface Aside {
  /** Those that this process found to be kept aside, oldest first. */
  readonly texts: Set<string>
  readonly isToBeTold: NowAndThen
}

/** More than a queue that is read gives again before it puts them aside itself. */
const asideMax = 1_000

/** Once for each, also where the first time it could not be written, or we ended before it was. */
async function keepUnread(
  deps: PollDeps,
  source: string,
  { body, isFirst }: QueuedMessage,
  { texts, isToBeTold }: Aside,
): Promise<void> {
  const text = deadLetterText(body)
  if (!isFirst) {
    // Of more than that nobody can tell any more which are kept.
    if (texts.has(text) || texts.size >= asideMax) return
    const isThere = (await deps.store.deadLetters()).some((each) => each.source === source && each.body === text)
    if (isThere) return note(texts, text)
  }
  await keepAside({ ...deps, isToBeTold }, { source, body: text, receivedAt: isoTime(deps.clock) })
  note(texts, text)
}

function note(texts: Set<string>, text: string): void {
  texts.add(text)
  const [oldest] = texts
  if (texts.size > asideMax && oldest !== undefined) texts.delete(oldest)
}
