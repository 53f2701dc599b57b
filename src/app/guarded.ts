import type { Digest } from '../image/digest.ts'
import { formatAge } from '../lib/age.ts'
import type { Reason } from '../rollout/facts.ts'
import type { TagObservation } from '../store/store.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import type { Guard } from './guards/guard.ts'
import { guards } from './guards/guards.ts'

/** The decision on a candidate that differs from what runs: a rollout is due unless a guard holds it. */
export function guarded(input: DecideInput, candidate: Digest, due: Reason, by: readonly Guard[] = guards): Decision {
  for (const guard of by) {
    const held = guard(input, candidate)
    if (held === null) continue
    const { state, code, sentence, againInMs = null } = held
    return { ...decision(state, code, sentence, candidate), againInMs }
  }
  return { ...decision('outdated', due.code, due.sentence, candidate), isRolloutDue: true }
}

/** An error of the registry never reads as "up to date" (I6); the last good look is told with its age. */
export function lookFailed({ failure, seenAt, digest }: TagObservation, now: number): Decision {
  const last = seenAt === null ? 'it was never seen' : `last seen ${formatAge(now - Date.parse(seenAt))} ago`
  return decision('unknown', failure?.code ?? 'UNKNOWN', `${failure?.sentence ?? 'the look failed'}; ${last}`, digest)
}
