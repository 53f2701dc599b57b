import { formatAge } from '../../../lib/age.ts'
import { hookPostponedCode } from '../../../rollout/hook-steps.ts'
import { isNewer } from '../../words/override.ts'
import type { Guard } from './guard.ts'

/** A hook asked to wait. That blames nobody: neither the digest nor the surroundings, so no wait grows from it. */
export const postponed: Guard = ({ rollouts, settings, override, ignoresBackoff, now }, candidate) => {
  const [last] = rollouts
  if (last?.digest !== candidate || last.reason?.code !== hookPostponedCode || !last.endedAt) return null
  if (ignoresBackoff || (override !== null && isNewer(override, last.endedAt))) return null
  const sinceMs = now - Date.parse(last.endedAt)
  // Below nothing the clock was set back, and nobody knows how long it has been.
  if (sinceMs < 0 || sinceMs >= settings.hookRetryMs) return null
  const leftMs = settings.hookRetryMs - sinceMs
  const sentence = `${last.reason.sentence}; it is asked again in ${formatAge(leftMs)}`
  return { state: 'held', code: 'POSTPONED', sentence, againInMs: leftMs }
}
