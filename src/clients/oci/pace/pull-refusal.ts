/**
 * Whether words refuse pulls alone, as Docker Hub does when an account or address has none left. Whoever asks too often
 * for anything at all is told `Too Many Requests` without more.
 *
 * Assumed of Docker Hub: pulls that are used up are refused in words with "pull rate limit" in them, whatever else is
 * refused in others, and engines pass the words on.
 *
 * @see Docker Hub, "Usage and limits", "Abuse rate limit"
 */
export const saysPullsUsedUp = (words: string): boolean => /\bpull rate limit\b/i.test(words.slice(0, wordsMax))

/** As long as an hour of six: a budget of pulls comes back by and by, and a look at a tag tells when. */
export const pullPauseMs = 900_000

const wordsMax = 4096

/** Who may not pull for now, and until when. */
export interface PullRefusals {
  refuse(key: string, ms: number): void
  /** 0 for whoever may pull. */
  leftMs(key: string): number
  lift(key: string): void
}

/** Nobody so far. @param now on the clock that nobody sets */
export function createPullRefusals({ now }: { now(): number }): PullRefusals {
  const until = new Map<string, number>()
  return {
    refuse(key, ms) {
      until.set(key, Math.max(until.get(key) ?? 0, now() + ms))
      const [oldest] = until.keys()
      if (until.size > refusedMax && oldest !== undefined) until.delete(oldest)
    },
    leftMs: (key) => Math.max(0, Math.ceil((until.get(key) ?? 0) - now())),
    lift: (key) => void until.delete(key),
  }
}

/** Redirects may name any number of hosts. */
const refusedMax = 1000
