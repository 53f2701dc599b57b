import type { TrailedEvent } from '../../store/store.ts'

/** More than queues of registries and the way to us take. */
const usualMs = 60_000

/**
 * How much earlier than it came an event is dated by its sender, in milliseconds; below zero where it is dated later, which
 * only clocks that differ explain. Null where it is not dated, or by no more than is usual.
 */
export function unusualDelayMs({
  receivedAt,
  occurredAt,
}: Pick<TrailedEvent, 'receivedAt' | 'occurredAt'>): number | null {
  if (occurredAt === null) return null
  const delayMs = Date.parse(receivedAt) - Date.parse(occurredAt)
  return Math.abs(delayMs) > usualMs ? delayMs : null
}
