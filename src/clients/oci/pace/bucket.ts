import type { Timing } from '../timing.ts'

/** Spreads requests over time: `perSecond` on the long run, as many at once after a second of rest. */
export interface Bucket {
  /** Milliseconds until the next may go; 0 for at once. */
  readyInMs(): number
  take(): void
  /** Whether it is as if nothing had ever been taken. */
  isFull(): boolean
}

/** A bucket that is full. */
export function createBucket(perSecond: number, timing: Pick<Timing, 'now'>): Bucket {
  let tokens = perSecond
  let filledAt = timing.now()
  const fill = (): void => {
    const now = timing.now()
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
  }
  return {
    readyInMs() {
      fill()
      // Rounded up, or a timer would ring a moment too soon and ask again.
      return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000)
    },
    take() {
      fill()
      tokens -= 1
    },
    isFull() {
      fill()
      return tokens >= perSecond
    },
  }
}
