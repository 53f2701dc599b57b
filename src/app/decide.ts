import { decideByOverride } from './decide-by-override.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import { guarded, lookFailed } from './guarded.ts'
import { hasReturned } from './override.ts'
import { runsDigest } from './running-image.ts'

/**
 * Compares what a workload should run (policy over what the registry holds now) with what it runs now.
 * Pure: nothing but the argument counts, and an event or what was deployed last never does.
 */
export function decide(input: DecideInput): Decision {
  const open = input.rollouts.find((rollout) => rollout.stage !== 'ended' && rollout.stage !== 'kept')
  if (open) return decision('rolling-out', 'ROLLOUT_OPEN', `a rollout is at ${open.step}`, open.digest)
  const { override } = input
  if (override === null) return decideByPolicy(input)
  if (!hasReturned(override, input.reference)) return decideByOverride(input, override)
  return { ...decideByPolicy({ ...input, override: null }), endsOverride: override }
}

function decideByPolicy(input: DecideInput): Decision {
  const { workload, observation, tag, now } = input
  if (observation === null) return decision('unknown', 'NOT_SCANNED', `the tag ${tag} was not looked up yet`)
  if (observation.failure !== null) return lookFailed(observation, now)

  const { chosen, code, sentence } = input.policy.select([{ tag, digest: observation.digest }], tag)
  if (chosen?.digest == null) return decision('unknown', code, sentence)
  if (runsDigest(workload, input.reference, chosen.digest, input.description)) {
    return decision('current', 'CURRENT', `it runs what the tag ${chosen.tag} names`, chosen.digest)
  }
  const moved = `the tag ${tag} names another digest than the one that runs`
  return guarded(input, chosen.digest, { code: 'DIGEST_MOVED', sentence: moved })
}
