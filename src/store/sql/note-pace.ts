/** When what waits to be written is written. */
export interface NotePace {
  /** After all that is ready to run now: the answers of a registry arrive many at a time. */
  flushNow(): void
  /** As `flushNow` after a rest, and else as soon as the last of these is long enough ago: somebody waits for it. */
  flushTogether(): void
  /** At once after a rest, and else when the last of these is long enough ago. */
  flushSoon(): void
}

/** A transaction takes as long as ten writes; and who decides at the same moment shares readings as well. */
const restMs = 10

/** Waiting for the disk takes as long as five events, during which nobody is answered; a sender hardly notices it. */
const companyMs = 5

/**
 * Bounds how often there is a transaction for what waits for no disk, as a look at hundreds of images comes in drop by
 * drop, and for what comes in storms.
 */
export function createNotePace(flush: () => void): NotePace {
  let isCalled = false
  const flushNow = (): void => {
    if (isCalled) return
    isCalled = true
    setImmediate(() => {
      isCalled = false
      flush()
    })
  }
  return { flushNow, flushTogether: paced(companyMs, flushNow), flushSoon: paced(restMs, flushNow) }
}

function paced(pauseMs: number, flushNow: () => void): () => void {
  let pacedAt = -Infinity
  let isWaiting = false
  const flushPaced = (): void => {
    isWaiting = false
    pacedAt = performance.now()
    flushNow()
  }
  return () => {
    if (isWaiting) return
    const leftMs = pacedAt + pauseMs - performance.now()
    if (leftMs <= 0) return flushPaced()
    isWaiting = true
    setTimeout(flushPaced, leftMs)
  }
}
