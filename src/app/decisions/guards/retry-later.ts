import { formatAge } from '../../../lib/age.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import type { Guard } from './guard.ts'

const waitMinMs = 30_000
const waitMaxMs = 3_600_000

/** What failed is tried again, each time after twice as long; null once that is over. @param failures in a row, newest first */
export function retryLater(failures: readonly Rollout[], now: number): ReturnType<Guard> {
  const last = failures[0]
  if (!last?.endedAt) return null
  const waitMs = Math.min(waitMaxMs, waitMinMs * 2 ** (failures.length - 1))
  const sinceMs = now - Date.parse(last.endedAt)
  // Below nothing the clock was set back, and nobody knows how long it has been.
  if (sinceMs < 0 || sinceMs >= waitMs) return null
  const leftMs = waitMs - sinceMs
  const sentence = `${last.reason?.sentence ?? 'the last try failed'}; next try in ${formatAge(leftMs)}`
  return { state: 'outdated', code: 'RETRY_LATER', sentence, againInMs: leftMs }
}
