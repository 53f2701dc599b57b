import { tagOf } from '../../image/reference.ts'
import type { TagObservation } from '../../store/store.ts'
import { decideByOverride } from './decide-by-override.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import { decideTakeBack } from '../groups/decide-take-back.ts'
import { unlessFailedJob } from './failed-job.ts'
import { guarded, lookFailed } from './guarded.ts'
import { builtHereOnly, currentSentence, whyDue } from './kinds-in-words.ts'
import { endsByPolicy, hasReturned } from '../words/override.ts'
import { runsDigest } from '../workloads/running-image.ts'
import { toKnown } from '../selection/candidates.ts'
import { oldEnoughAt } from '../selection/old-enough-at.ts'
import { decideByList } from '../selection/decide-by-list.ts'
import { openInWords } from '../rollouts/open-in-words.ts'
import { decideFollow } from '../sets/decide-follow.ts'

/**
 * Compares what a workload should run (policy over what the registry holds now) with what it runs now.
 * Pure: nothing but the argument counts, and an event or what was deployed last never does.
 */
export function decide(input: DecideInput): Decision {
  return unlessFailedJob(input, compare(input))
}

function compare(input: DecideInput): Decision {
  const open = input.rollouts.find((rollout) => rollout.stage !== 'ended' && rollout.stage !== 'kept')
  if (open) return decision('rolling-out', 'ROLLOUT_OPEN', openInWords(open, input.now), open.digest)
  const following = decideFollow(input)
  if (following !== null) return following
  const { override } = input
  if (override === null) return decideTakeBack(input) ?? decideByPolicy(input)
  const isOver = hasReturned(override, input.reference) || endsByPolicy(override, input.policy)
  if (!isOver) return decideByOverride(input, override)
  return { ...decideByPolicy({ ...input, override: null }), endsOverride: override }
}

/** Everything else that could keep it back is looked at by the guards of the decision. */
function select({ policy, tag, reference, now, sightings, restoredAt }: DecideInput, observation: TagObservation) {
  const known = toKnown(observation, sightings.length > 1, restoredAt)
  const candidate = { tag, ...known, pushedAt: null, listedAt: null, platforms: null }
  return policy.select(observation.digest === null ? [] : [candidate], {
    current: tagOf(reference),
    platform: null,
    now,
    quarantined: new Set(),
    list: 'whole',
    isSpent: () => false,
  })
}

function decideByPolicy(input: DecideInput): Decision {
  const { workload, reference, observation, choice, tag, now } = input
  if (choice !== null) return decideByList(input, choice)
  if (observation === null) return decision('unknown', 'NOT_SCANNED', `the tag ${tag} was not looked up yet`)
  if (observation.failure !== null)
    return builtHereOnly(workload, reference, observation) ?? lookFailed(observation, now)
  const { digest } = observation
  if (digest !== null && runsDigest(workload, reference, digest, input.description)) {
    return decision('current', 'CURRENT', currentSentence(workload, tag), digest)
  }
  const { chosen, code, sentence, againAt } = select(input, observation)
  if (digest === null) return decision('unknown', code, sentence)
  if (chosen !== null) return guarded(input, digest, whyDue(input, tag))
  return {
    ...decision(
      'held',
      code,
      againAt === null ? sentence : `${sentence}; it is old enough at ${oldEnoughAt(againAt)}`,
      digest,
    ),
    againInMs: againAt === null ? null : Math.max(1000, againAt - now),
  }
}
