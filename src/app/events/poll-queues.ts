import { AppError, toAppError } from '../../errors.ts'
import type { QueuedMessage } from '../../events/event-source.ts'
import { isoTime } from '../../lib/clock.ts'
import type { App } from '../app.ts'
import type { ConfiguredQueue } from '../workloads/configured-queue.ts'
import { keepEvents, type KeepDeps } from './keep-events.ts'
import { deadLetterText, toReceived } from './received-event.ts'
import { createSourceTroubles } from './source-troubles.ts'

interface PollDeps extends KeepDeps, Pick<App, 'clock' | 'log' | 'random'> {
  readonly store: KeepDeps['store'] & Pick<App['store'], 'addDeadLetter' | 'deadLetters' | 'setSourceTroubles'>
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
  const aside: KeptAside = new Set()
  let failures = 0
  while (!stop.aborted) {
    const askedAt = clock.elapsed()
    try {
      const messages = await queue.receive(stop)
      await troubles.over(name)
      const kept: QueuedMessage[] = []
      for (const message of messages) if (await keep(deps, name, message, aside)) kept.push(message)
      await queue.remove(kept, stop)
      failures = 0
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
async function keep(deps: PollDeps, name: string, message: QueuedMessage, aside: KeptAside): Promise<boolean> {
  const { events } = message
  if (events === null) {
    await keepAside(deps, name, message, aside)
    return false
  }
  if (events.length === 0) return true
  const receivedAt = isoTime(deps.clock)
  const received = events.map((event) => toReceived(name, event, receivedAt))
  await keepEvents(deps, received)
  return true
}

/** Texts that this process found to be kept aside, oldest first. */
type KeptAside = Set<string>

/** More than a queue that is read gives again before it puts them aside itself. */
const asideMax = 1_000

/** Once for each, also where the first time it could not be written, or we ended before it was. */
async function keepAside(
  { store, clock, log, tally }: PollDeps,
  source: string,
  { body, isFirst }: QueuedMessage,
  aside: KeptAside,
): Promise<void> {
  const text = deadLetterText(body)
  if (!isFirst) {
    // Of more than that nobody can tell any more which are kept.
    if (aside.has(text) || aside.size >= asideMax) return
    const isThere = (await store.deadLetters()).some((each) => each.source === source && each.body === text)
    if (isThere) return note(aside, text)
  }
  await store.addDeadLetter({ source, body: text, receivedAt: isoTime(clock) })
  note(aside, text)
  tally.unreadable += 1
  log.warn({ source, code: 'EVENT_UNREADABLE' }, `a message of the queue of ${source} is no event; it is kept aside`)
}

function note(aside: KeptAside, text: string): void {
  aside.add(text)
  const [oldest] = aside
  if (aside.size > asideMax && oldest !== undefined) aside.delete(oldest)
}
