import { AppError } from '../../errors.ts'
import type { By } from './control.ts'

/** Longest reason that is kept, in characters. */
const reasonMax = 500

/**
 * Checks what is kept and shown again of a person's word.
 * @throws REQUEST_INVALID for a reason that is too long, or for characters that a terminal would obey
 */
export function checkBy({ actor, reason }: By): void {
  if (actor.trim() === '' || unprintable.test(actor)) {
    throw new AppError('REQUEST_INVALID', 'the actor has to be named, in printable characters')
  }
  if (reason === null) return
  if (reason.length > reasonMax) {
    throw new AppError('REQUEST_INVALID', `the reason is longer than ${reasonMax} characters: it has ${reason.length}`)
  }
  if (unprintable.test(reason)) throw new AppError('REQUEST_INVALID', 'the reason has control characters in it')
}

/** Also line breaks, and what turns the direction of the text or hides in it. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** The person's own words, to stand behind what they did; empty when none were given. */
export const because = (reason: string | null): string => (reason === null ? '' : `, because "${reason}"`)
