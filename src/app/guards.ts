import type { Digest } from '../image/digest.ts'
import { formatPlatform } from '../image/platform.ts'
import { formatAge } from '../lib/age.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { DecisionState } from '../store/store.ts'
import type { DecideInput } from './decide-input.ts'
import { imageFor, runningDigest } from './running-image.ts'

interface Held {
  readonly state: DecisionState
  readonly code: string
  readonly sentence: string
  /** For what time alone lifts. */
  readonly againInMs?: number
}

/** A reason not to roll out a candidate that differs from what runs; null when there is none. */
type Guard = (input: DecideInput, candidate: Digest) => Held | null

const held = (code: string, sentence: string): Held => ({ state: 'held', code, sentence })

const everythingHeld: Guard = ({ hold }) => hold && held(hold.reason.code, hold.reason.sentence)

const changedByHand: Guard = ({ workload, row, settings }) => {
  if (row === null || row.baselineImage === workload.imageId || settings.onManualChange === 'reapply') return null
  return held(
    'CHANGED_BY_HAND',
    `somebody else gave it another image since our last look; longshore resume ${workload.id} goes on from here`,
  )
}

const builtHere: Guard = ({ workload, reference }) => {
  if (runningDigest(workload, reference) !== null) return null
  return held(
    'IMAGE_NOT_PULLED',
    'its image was built or loaded on the engine and never pulled, so what it is cannot be told',
  )
}

const platform: Guard = ({ workload, description, tag }) => {
  if (workload.platform === null) return held('PLATFORM_UNKNOWN', 'the engine does not tell the platform of its image')
  if (description === null) return held('NOT_DESCRIBED', `what the tag ${tag} names was not looked into yet`)
  if (imageFor(workload, description) !== null) return null
  return held('PLATFORM_MISSING', `the tag ${tag} has no image for ${formatPlatform(workload.platform)} (yet)`)
}

const quarantine: Guard = ({ quarantines, settings, now }, candidate) => {
  const found = quarantines.find((each) => each.digest === candidate && each.policy === settings.policy)
  if (!found) return null
  const age = formatAge(now - Date.parse(found.since))
  return held('QUARANTINED', `this digest failed ${age} ago: ${found.reason.sentence}`)
}

/** Two agreeing reads before a way back, so that a stale replica does not roll us back and forth. */
const reversal: Guard = ({ observation, sightings, rollouts, now }, candidate) => {
  // A plan looks without remembering: what it sees for the first time is among no sightings.
  const at = sightings.findIndex((each) => each.digest === candidate)
  if (at <= 0 && !rollouts.some((each) => hasRun(each, candidate))) return null
  if ((observation?.reads ?? 0) < 2) {
    return held('REVERSAL_UNCONFIRMED', 'the tag names an earlier digest again; a second look has to agree')
  }
  if (countReversals(rollouts, now - 3_600_000) < reversalsMax) return null
  return held('FLAPPING', `the tag went back and forth more than ${reversalsMax} times within the hour`)
}

const reversalsMax = 2

/** What the surroundings or somebody at work on the workload brought to nothing is tried again, each time after twice as long. */
const backoff: Guard = ({ rollouts, ignoresBackoff, now }, candidate) => {
  const failures = failuresInARow(rollouts, candidate)
  const last = failures[0]
  if (ignoresBackoff || !last?.endedAt) return null
  const waitMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (failures.length - 1))
  const sinceMs = now - Date.parse(last.endedAt)
  // Below nothing the clock was set back, and nobody knows how long it has been.
  if (sinceMs < 0 || sinceMs >= waitMs) return null
  const leftMs = waitMs - sinceMs
  const sentence = `${last.reason?.sentence ?? 'the last try failed'}; next try in ${formatAge(leftMs)}`
  return { state: 'outdated', code: 'RETRY_LATER', sentence, againInMs: leftMs }
}

const backoffMinMs = 30_000
const backoffMaxMs = 3_600_000

const notifyOnly: Guard = ({ settings, tag }) =>
  settings.mode === 'notify'
    ? {
        state: 'outdated',
        code: 'NOTIFY_ONLY',
        sentence: `the tag ${tag} names a newer digest; mode notify never acts`,
      }
    : null

/** In the order in which they are told: what a person has to do first comes first. */
export const guards: readonly Guard[] = [
  everythingHeld,
  changedByHand,
  builtHere,
  platform,
  quarantine,
  reversal,
  notifyOnly,
  backoff,
]

function failuresInARow(rollouts: readonly Rollout[], candidate: Digest): readonly Rollout[] {
  const end = rollouts.findIndex((each) => !isPassing(each) || each.digest !== candidate)
  return end === -1 ? rollouts : rollouts.slice(0, end)
}

const isPassing = ({ outcome }: Rollout): boolean => outcome === 'failed' || outcome === 'superseded'

/** Whether the workload ran a digest before or after a rollout; sightings know only when each was first seen. */
const hasRun = ({ outcome, digest, fromDigest }: Rollout, candidate: Digest): boolean =>
  outcome === 'succeeded' && (digest === candidate || fromDigest === candidate)

/** Rollouts since a time that brought back a digest which the workload had run before; a mere try moves nothing. */
function countReversals(rollouts: readonly Rollout[], since: number): number {
  const seen = new Set<Digest>()
  let count = 0
  for (const rollout of rollouts.filter((each) => each.outcome === 'succeeded').toReversed()) {
    if (rollout.fromDigest !== null) seen.add(rollout.fromDigest)
    if (seen.has(rollout.digest) && Date.parse(rollout.createdAt) >= since) count += 1
    seen.add(rollout.digest)
  }
  return count
}
