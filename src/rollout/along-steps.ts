import type { Way } from './along.ts'
import type { Rollout } from './rollout.ts'
import { backTriesMax, canTry, effect, hasTouchedOld, must, type Step } from './step.ts'

/** J8: what lives in what was made again has followed, before all of that counts as done. Null when it has. */
export const bringAlong = (rollout: Rollout): Step | null =>
  hasFollowers(rollout) && rollout.followed !== 'forth' ? effect(rollout, 'J8', 'bring-along') : null

/** R: it has followed the old version again. Null when it has, or had nothing to follow. */
export const bringBack = (rollout: Rollout, now: number): Step | null =>
  isToFollowBack(rollout) ? must(rollout, 'bring-along-back', now) : null

/** R: what it lived in does not come back, by somebody's hand: it follows what it can. Null once that was tried. */
export const bringBackIfPossible = (rollout: Rollout): Step | null =>
  isToFollowBack(rollout) && canTry(rollout, 'bring-along-back', backTriesMax)
    ? effect(rollout, 'R', 'bring-along-back')
    : null

/** Whether a rollout is on its way with another, which alone knows whether what it lives in stays. */
export const isPart = ({ partOf }: Rollout, way?: Way): boolean =>
  partOf !== undefined && (way === undefined || partOf.way === way)

/** Whether what lives in it is cut off from it, because of what was done, until it has followed. */
export function hasCutOff(rollout: Rollout): boolean {
  if (!hasFollowers(rollout) || !hasTouchedOld(rollout)) return false
  switch (rollout.stage) {
    case 'forward':
    case 'passed':
      return rollout.followed !== 'forth'
    case 'back':
      return rollout.followed !== 'back'
    case 'kept':
    case 'ended':
      return false
  }
}

const isToFollowBack = (rollout: Rollout): boolean =>
  hasFollowers(rollout) && rollout.followed !== 'back' && hasTouchedOld(rollout)

/** What only follows another has no other version to take its own followers back to: each goes alone. */
export const hasFollowers = ({ followedBy = [], follows }: Rollout): boolean =>
  followedBy.length > 0 && follows === null
