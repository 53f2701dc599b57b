import type { HealthCheck } from '../../clients/docker/shapes.ts'

/** What the engine takes where a check says nothing. @see Docker documentation, HEALTHCHECK */
const defaults = { intervalMs: 30_000, timeoutMs: 30_000, startPeriodMs: 0, retries: 3 }

export function hasHealthCheck(check: HealthCheck | null | undefined): boolean {
  const kind = check?.Test?.[0]
  return kind !== undefined && kind !== 'NONE'
}

/** Milliseconds that a health check may need before it can have failed; 0 without one. */
export function healthBudgetMs(check: HealthCheck | null | undefined): number {
  if (!hasHealthCheck(check)) return 0
  const intervalMs = milliseconds(check?.Interval) || defaults.intervalMs
  const timeoutMs = milliseconds(check?.Timeout) || defaults.timeoutMs
  const startPeriodMs = milliseconds(check?.StartPeriod) || defaults.startPeriodMs
  return startPeriodMs + ((check?.Retries || defaults.retries) + 1) * intervalMs + timeoutMs
}

const milliseconds = (nanoseconds: number | undefined): number => (nanoseconds ?? 0) / 1e6
