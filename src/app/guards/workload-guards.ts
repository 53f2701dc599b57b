import { formatPlatform } from '../../image/platform.ts'
import { isNewer, tellImage } from '../override.ts'
import { hasRun } from '../revisions.ts'
import { imageFor, runningDigest, runsDigest } from '../running-image.ts'
import { held, type Guard } from './guard.ts'

/** A word from after the change goes through: whoever said it knew what was running. */
export const changedByHand: Guard = ({ workload, row, settings, override }) => {
  // What does not exist was changed by nobody, and what never did has nothing to compare with.
  if (workload.isAbsent === true || row?.baselineImage === '') return null
  if (row === null || row.baselineImage === workload.imageId || settings.onManualChange === 'reapply') return null
  if (override !== null && row.reason.code === changed && isNewer(override, row.since)) return null
  return held(
    changed,
    `somebody else gave it another image since our last look; longshore resume ${workload.id} goes on from here`,
  )
}

const changed = 'CHANGED_BY_HAND'

export const builtHere: Guard = ({ workload, reference }) => {
  if (workload.isAbsent === true || runningDigest(workload, reference) !== null) return null
  return held(
    'IMAGE_NOT_PULLED',
    'its image was built or loaded on the engine and never pulled, so what it is cannot be told',
  )
}

/** What runs or ran here suits the platform, also when its registry does not have it any more. */
export const platform: Guard = ({ workload, reference, description, tag, override, rollouts }, candidate) => {
  if (workload.platform === null) return held('PLATFORM_UNKNOWN', 'the engine does not tell the platform of its image')
  const isAskedBack = override?.digest === candidate && hasRun(rollouts, candidate)
  if (isAskedBack || runsDigest(workload, reference, candidate, description)) return null
  const what = override === null ? `the tag ${tag}` : tellImage(override)
  if (description === null) return held('NOT_DESCRIBED', `what ${what} names was not looked into yet`)
  if (imageFor(workload, description) !== null) return null
  return held('PLATFORM_MISSING', `${what} has no image for ${formatPlatform(workload.platform)} (yet)`)
}
