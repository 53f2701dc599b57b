/** A wait of a rollout for its registry, which asked to be left alone. Nothing of the workload is touched before it. */
export interface RegistryWait {
  /** When the first of its waits began. */
  readonly since: string
  readonly until: string
  /** Pulls that were refused so far, rather than not begun. */
  readonly refusals: number
  /** For people, without how long it lasts. */
  readonly sentence: string
}

/** What a registry refuses for now. */
export type Refused = 'pulls' | 'everything'

/** How fast a registry may be pulled from. Asked just before a pull, whose turn may come late. */
export interface PullPace {
  /** Milliseconds that it wants to be left alone still; 0 for none. */
  leftMs(): number
  /**
   * It refused a pull for now, and asked for so many milliseconds.
   * @param what it refuses: pulls alone, as its budget of them is used up, or whatever it is asked
   */
  refused(ms: number, what: Refused): void
}

/** As much of a rollout as its wait is about. */
interface Waiting {
  readonly stage: string
  readonly registryWait?: RegistryWait
}

/** After so long in all the rollout fails, and the next one is planned on what the tag names by then. */
const waitMaxMs = 3_600_000

/** Pulls that are refused one after the other, each left alone for at least twice as long as the one before. */
const refusalsMax = 8
const firstWaitMs = 1000

/** Milliseconds that a rollout waits still; 0 for one that does not wait. */
export function waitLeftMs({ registryWait, stage }: Waiting, now: number): number {
  if (registryWait === undefined || stage !== 'forward') return 0
  const leftMs = Date.parse(registryWait.until) - now
  // More than any wait takes means that the clock was set back, and nobody knows how long it has been.
  return leftMs > waitMaxMs ? 0 : Math.max(0, leftMs)
}

/**
 * The wait for what is left of a pause; null when that would go on for too long.
 * @param reason `refusals` of its pulls so far, and why in words
 */
export function waitFor(
  { registryWait: before }: Waiting,
  leftMs: number,
  reason: Pick<RegistryWait, 'refusals' | 'sentence'>,
  now: number,
): RegistryWait | null {
  const since = before?.since ?? isoOf(now)
  const until = now + Math.ceil(leftMs)
  return until - Date.parse(since) > waitMaxMs ? null : { since, until: isoOf(until), ...reason }
}

/**
 * How long a registry is to be left alone after it refused a pull for now; null when it was asked often enough.
 * @param askedMs what it asked for
 */
export function pauseAfterRefusal({ registryWait }: Waiting, askedMs: number): number | null {
  const refusals = registryWait?.refusals ?? 0
  return refusals >= refusalsMax ? null : Math.min(waitMaxMs, Math.max(askedMs, firstWaitMs * 2 ** refusals))
}

const isoOf = (at: number): string => new Date(at).toISOString()
