import type { Digest } from '../image/digest.ts'
import { formatAge } from '../lib/age.ts'
import type { TagObservation } from '../store/store.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import { guards } from './guards.ts'
import { runsDigest } from './running-image.ts'

/**
 * Compares what a workload should run (policy over what the registry holds now) with what it runs now.
 * Pure: nothing but the argument counts, and an event or what was deployed last never does.
 */
export function decide(input: DecideInput): Decision {
  const { workload, observation, tag, now } = input
  const open = input.rollouts.find((rollout) => rollout.stage !== 'ended' && rollout.stage !== 'kept')
  if (open) return decision('rolling-out', 'ROLLOUT_OPEN', `a rollout is at ${open.step}`, open.digest)
  if (observation === null) return decision('unknown', 'NOT_SCANNED', `${tag} was not looked up yet`)
  if (observation.failure !== null) return unknown(observation, now)

  const { chosen, code, sentence } = input.policy.select([{ tag, digest: observation.digest }], tag)
  if (chosen?.digest == null) return decision('unknown', code, sentence)
  if (runsDigest(workload, input.reference, chosen.digest, input.description)) {
    return decision('current', 'CURRENT', `it runs what the tag ${chosen.tag} names`, chosen.digest)
  }
  return guarded(input, chosen.digest)
}

function guarded(input: DecideInput, candidate: Digest): Decision {
  for (const guard of guards) {
    const held = guard(input, candidate)
    if (held === null) continue
    const { state, code, sentence, againInMs = null } = held
    return { ...decision(state, code, sentence, candidate), againInMs }
  }
  const sentence = `the tag ${input.tag} names another digest than the one that runs`
  return { ...decision('outdated', 'DIGEST_MOVED', sentence, candidate), isRolloutDue: true }
}

/** An error of the registry never reads as "up to date" (I6); the last good look is told with its age. */
function unknown({ failure, seenAt, digest }: TagObservation, now: number): Decision {
  const last = seenAt === null ? 'it was never seen' : `last seen ${formatAge(now - Date.parse(seenAt))} ago`
  return decision('unknown', failure?.code ?? 'UNKNOWN', `${failure?.sentence ?? 'the look failed'}; ${last}`, digest)
}
