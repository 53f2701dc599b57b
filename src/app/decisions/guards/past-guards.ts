import type { Digest } from '../../../image/digest.ts'
import { formatMinute } from '../../../lib/minute.ts'
import { networkLostCode } from '../../../rollout/network-lost-code.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { isNewer } from '../../words/override.ts'
import { withoutFollows } from '../../rollouts/revisions.ts'
import { newerDecisionCode } from '../newer-decision-code.ts'
import { withdrawnCode } from '../withdrawn.ts'
import { held, type Guard, type StandingGuard } from './guard.ts'
import { retryLater } from './retry-later.ts'

export const quarantine: StandingGuard = ({ quarantines, policy }, candidate) => {
  const found = quarantines.find((each) => each.digest === candidate && each.policy === policy.spec.text)
  if (!found) return null
  // Kept with the decision and read much later: an age would be wrong by then.
  return held('QUARANTINED', `this digest failed at ${formatMinute(found.since)}: ${found.reason.sentence}`)
}

/** What it runs without now is not what its owner gave it: another rollout would make that last. */
export const networkLost: Guard = ({ rollouts, lastWordAt }) => {
  const [latest] = withoutFollows(rollouts)
  if (latest?.reason?.code !== networkLostCode) return null
  if (lastWordAt !== null && latest.endedAt !== null && lastWordAt > latest.endedAt) return null
  return held('NETWORK_LOST', latest.reason.sentence)
}

/**
 * Two agreeing reads before a way back, so that a stale replica does not roll us back and forth. What a person asked
 * for needs none, and how often they did is counted against nobody.
 */
export const reversal: Guard = (
  { workload, observation, choice, sightings, rollouts, override, lastWordAt, now },
  candidate,
) => {
  // What does not exist goes back to nothing.
  if (override !== null || workload.isAbsent === true) return null
  // A plan looks without remembering: what it sees for the first time is among no sightings.
  const at = sightings.findIndex((each) => each.digest === candidate)
  if (at <= 0 && !hasRun(rollouts, candidate)) return null
  // A policy may well choose again what ran before, under a tag that never named anything else.
  const isOfTag = choice === null || at > 0
  if (isOfTag && (observation?.reads ?? 0) < 2) {
    return held('REVERSAL_UNCONFIRMED', 'the tag names an earlier digest again; a second look has to agree')
  }
  const since = Math.max(now - hourMs, lastWordAt === null ? 0 : Date.parse(lastWordAt))
  if (countReversals(rollouts, since) < reversalsMax) return null
  return held('FLAPPING', `the tag went back and forth more than ${reversalsMax} times within the hour`)
}

const hourMs = 3_600_000
const reversalsMax = 2

/** What the surroundings or somebody at work on the workload brought to nothing is tried again, each time after twice as long. */
export const backoff: Guard = ({ rollouts, ignoresBackoff, override, now }, candidate) => {
  const failures = failuresInARow(rollouts, candidate)
  const endedAt = failures[0]?.endedAt
  if (ignoresBackoff || (endedAt && override !== null && isNewer(override, endedAt))) return null
  return retryLater(failures, now)
}

/** A rollout that a person took back, or that made way for another, tells nothing about its digest. */
function failuresInARow(rollouts: readonly Rollout[], candidate: Digest): readonly Rollout[] {
  const tries = withoutFollows(rollouts).filter(({ reason }) => !untelling.has(reason?.code ?? ''))
  const end = tries.findIndex((each) => !isPassing(each) || each.digest !== candidate)
  return end === -1 ? tries : tries.slice(0, end)
}

const untelling: ReadonlySet<string> = new Set([withdrawnCode, newerDecisionCode])

const isPassing = ({ outcome }: Rollout): boolean => outcome === 'failed' || outcome === 'superseded'

/** Whether the workload ran a digest before or after a rollout; sightings know only when each was first seen. */
const hasRun = (rollouts: readonly Rollout[], candidate: Digest): boolean =>
  withoutFollows(rollouts).some(
    (each) => each.outcome === 'succeeded' && [each.digest, each.fromDigest].includes(candidate),
  )

/** Rollouts since a time that brought back a digest which the workload had run before; a mere try moves nothing. */
function countReversals(rollouts: readonly Rollout[], since: number): number {
  const seen = new Set<Digest>()
  let count = 0
  for (const rollout of withoutFollows(rollouts)
    .filter((each) => each.outcome === 'succeeded')
    .toReversed()) {
    if (rollout.fromDigest !== null) seen.add(rollout.fromDigest)
    if (seen.has(rollout.digest) && Date.parse(rollout.createdAt) >= since) count += 1
    seen.add(rollout.digest)
  }
  return count
}
