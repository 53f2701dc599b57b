import { waitLeftMs } from '../../rollout/registry-wait.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { App } from '../app.ts'

/** What waits for longer stays open for the next pass: somebody may be waiting for this one. */
const waitMaxMs = 5 * 60_000

/**
 * Waits with a rollout whose registry is to be left alone for a while, and drives it on, again and again if need be. A way
 * back that waits for its next try may do so for ever, so that is for the service or the next pass.
 * @param goOn null when it could not be driven
 * @returns it as it came to rest, or as it waits still
 */
export async function waitOut(
  { clock }: Pick<App, 'clock'>,
  rollout: Rollout,
  goOn: (rollout: Rollout) => Promise<Rollout | null>,
  stop: AbortSignal,
): Promise<Rollout> {
  const endsAt = clock.elapsed() + waitMaxMs
  for (let last = rollout; ;) {
    const leftMs = waitLeftMs(last, clock.now())
    if (leftMs === 0 || clock.elapsed() + leftMs > endsAt) return last
    await clock.sleep(leftMs, stop)
    const next = stop.aborted ? null : await goOn(last)
    if (next === null) return last
    last = next
  }
}
