import { formatPlatform } from '../../../image/platform.ts'
import { isNewer, tellImage } from '../../words/override.ts'
import { putBackCode } from '../../../rollout/put-back-code.ts'
import { hasRun, withoutFollows } from '../../rollouts/revisions.ts'
import { imageFor, runningDigest, runsDigest } from '../../workloads/running-image.ts'
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

/** What somebody put back in the middle of a rollout runs what it ran before, and so looks as if nobody had touched it. */
export const putBackByHand: Guard = ({ workload, rollouts, settings, lastWordAt }) => {
  const [latest] = withoutFollows(rollouts)
  if (latest?.reason?.code !== putBackCode || settings.onManualChange === 'reapply') return null
  if (lastWordAt !== null && latest.endedAt !== null && lastWordAt > latest.endedAt) return null
  const sentence = 'somebody put it back in the middle of its latest rollout'
  return held(changed, `${sentence}; longshore resume ${workload.id} goes on from here`)
}

export const builtHere: Guard = ({ workload, reference }) => {
  if (workload.isAbsent === true || runningDigest(workload, reference) !== null) return null
  // Nodes pull for themselves: where nobody wrote the digest down, it is an image of its registry all the same.
  if (workload.kind === 'swarm') return null
  return held(
    'IMAGE_NOT_PULLED',
    'its image was built or loaded on the engine and never pulled, so what it is cannot be told',
  )
}

/** What may run on any machine of a Swarm is reached by no probe, and no command runs in it. */
export const outOfReach: Guard = ({ workload, settings }) => {
  if (workload.kind !== 'swarm') return null
  const anywhere = 'its tasks may be on any machine of the Swarm'
  if (settings.gate.probe !== null) {
    return held('PROBE_IMPOSSIBLE', `no probe reaches it, since ${anywhere}; give the service a health check`)
  }
  const inside = Object.values(settings.hooks).flatMap((hooks) => hooks.filter(({ place }) => place === 'inside'))
  if (inside[0] === undefined) return null
  return held('HOOK_IMPOSSIBLE', `the hook ${inside[0].name} cannot run inside it, since ${anywhere}`)
}

/** Another image would end what it is in the middle of. */
export const jobRunning: Guard = ({ workload }) =>
  workload.isJobRunning === true
    ? held('JOB_RUNNING', 'a run of the job is under way, which another image would end')
    : null

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
