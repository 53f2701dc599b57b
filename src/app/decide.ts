import type { Digest } from '../image/digest.ts'
import { decideByOverride } from './decide-by-override.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import { decideTakeBack } from './groups/decide-take-back.ts'
import { guarded, lookFailed } from './guarded.ts'
import { builtHereOnly, currentSentence, whyDue } from './kinds-in-words.ts'
import { hasReturned } from './override.ts'
import { runsDigest } from './running-image.ts'
import { decideFollow } from './sets/decide-follow.ts'

/**
 * Compares what a workload should run (policy over what the registry holds now) with what it runs now.
 * Pure: nothing but the argument counts, and an event or what was deployed last never does.
 */
export function decide(input: DecideInput): Decision {
  const open = input.rollouts.find((rollout) => rollout.stage !== 'ended' && rollout.stage !== 'kept')
  if (open) return decision('rolling-out', 'ROLLOUT_OPEN', `a rollout is at ${open.step}`, open.digest)
  const following = decideFollow(input)
  if (following !== null) return following
  const { override } = input
  if (override === null) return decideTakeBack(input) ?? decideByPolicy(input)
  if (!hasReturned(override, input.reference)) return decideByOverride(input, override)
  return { ...decideByPolicy({ ...input, override: null }), endsOverride: override }
}

/** Everything else that could keep it back is looked at by the guards of the decision. */
function select({ policy, tag, now }: DecideInput, digest: Digest | null) {
  const candidate = { tag, digest, pushedAt: null, firstSeenAt: null, platforms: null, hasMoved: false }
  const candidates = digest === null ? [] : [candidate]
  return policy.select(candidates, {
    current: tag,
    platform: null,
    now,
    quarantined: new Set(),
    list: 'whole',
    isSpent: () => false,
  })
}

function decideByPolicy(input: DecideInput): Decision {
  const { workload, observation, tag, now } = input
  if (observation === null) return decision('unknown', 'NOT_SCANNED', `the tag ${tag} was not looked up yet`)
  if (observation.failure !== null) {
    return builtHereOnly(workload, input.reference, observation) ?? lookFailed(observation, now)
  }

  const { chosen, code, sentence } = select(input, observation.digest)
  if (chosen?.digest == null) return decision('unknown', code, sentence)
  if (runsDigest(workload, input.reference, chosen.digest, input.description)) {
    return decision('current', 'CURRENT', currentSentence(workload, chosen.tag), chosen.digest)
  }
  return guarded(input, chosen.digest, whyDue(workload, tag))
}
