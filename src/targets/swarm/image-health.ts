import { numberOf, objectOf } from '../../clients/docker/json.ts'
import type { HealthCheck } from '../../clients/docker/shapes.ts'
import type { ImageHealth } from '../../rollout/image-health.ts'
import { hasHealthCheck } from '../engine/health-check.ts'
import { readImageSettings } from '../engine/image-settings.ts'

/** What an image says of a health check, by its configuration document. */
export function readImageHealth(imageConfig: unknown): ImageHealth {
  const check = readImageSettings(imageConfig).Healthcheck
  const { Interval, Timeout, StartPeriod, Retries } = objectOf(check)
  return {
    hasCheck: hasHealthCheck(check),
    intervalMs: bounded(Interval) / nanoseconds,
    timeoutMs: bounded(Timeout) / nanoseconds,
    startPeriodMs: bounded(StartPeriod) / nanoseconds,
    retries: bounded(Retries),
  }
}

/** The same in the engine's words. The command itself is nobody's business here. */
export const checkOf = (health: ImageHealth): HealthCheck => ({
  Test: [health.hasCheck ? 'CMD' : 'NONE'],
  Interval: health.intervalMs * nanoseconds,
  Timeout: health.timeoutMs * nanoseconds,
  StartPeriod: health.startPeriodMs * nanoseconds,
  Retries: health.retries,
})

/** In a millisecond. */
const nanoseconds = 1e6

/** The document is whatever somebody pushed: a number that no engine could hold says nothing. */
function bounded(value: unknown): number {
  const number = numberOf(value)
  return number > 0 && number <= Number.MAX_SAFE_INTEGER ? number : 0
}
