import { endOf, type End, type FollowedControl, type Progress } from '../app/answers/read-progress.ts'
import { shortDigest } from '../image/digest.ts'
import type { Clock } from '../lib/clock.ts'
import type { Doors } from './doors.ts'

const pollMs = 300

interface FollowDeps extends Pick<Doors, 'showProgress' | 'stop'> {
  readonly control: Pick<FollowedControl, 'progress'>
  readonly clock: Clock
}

/**
 * Follows what a service makes of a word until its end.
 * @returns null when we were asked to stop before that; the service goes on
 */
export async function followRemote(
  { control, clock, showProgress, stop }: FollowDeps,
  before: Progress,
): Promise<End | null> {
  while (!stop.aborted) {
    const now = await control.progress(before.workload)
    const end = endOf(before, now)
    if (end !== null) {
      showProgress?.('')
      return end
    }
    showProgress?.(progressLine(now, before))
    await clock.sleep(pollMs, stop)
  }
  showProgress?.('')
  return null
}

/** How far it is, in one line. */
function progressLine({ workload, rollout }: Progress, before: Progress): string {
  if (rollout === null || (rollout.id === before.rollout?.id && rollout.stage === before.rollout.stage)) {
    return `${workload}: waiting for its turn`
  }
  const what = rollout.stage === 'back' ? 'going back from' : 'rolling out'
  return `${workload}: ${what} ${shortDigest(rollout.digest)}, at step ${rollout.step}`
}
