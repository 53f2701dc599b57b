/** How far the sender's clock may be from ours, either way. */
const skewMaxMs = 300_000

/** Whether a text of whole seconds since 1970 is a moment of the last or next five minutes. @param now in milliseconds */
export function isRecent(seconds: string, now: number): boolean {
  return /^\d{1,12}$/.test(seconds) && Math.abs(Number(seconds) * 1000 - now) <= skewMaxMs
}
