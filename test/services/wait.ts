import { setTimeout as delay } from 'node:timers/promises'

interface WaitOptions {
  readonly limitMs?: number
  readonly everyMs?: number
  /** Ends the wait with this error, because what is waited for can no longer come. */
  readonly hopeless?: () => Error | undefined
}

/**
 * Asks again and again until there is an answer other than undefined or false; a question that throws counts as no answer yet.
 *
 * @param what completes "gave up waiting until …"
 * @throws Error after `limitMs` (60 s), with the last failure as its cause
 */
export async function waitUntil<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  { limitMs = 60_000, everyMs = 50, hopeless }: WaitOptions = {},
): Promise<Answer> {
  const deadline = Date.now() + limitMs
  for (;;) {
    let cause: unknown
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      cause = error
    }
    const reason = hopeless?.()
    if (reason !== undefined) throw reason
    if (Date.now() > deadline) throw new Error(`gave up waiting until ${what}`, { cause })
    await delay(everyMs)
  }
}
