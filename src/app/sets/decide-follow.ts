import { isDigest } from '../../image/digest.ts'
import type { Follow } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DecideInput } from '../decisions/decide-input.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { guarded } from '../decisions/guarded.ts'
import type { Guard } from '../decisions/guards/guard.ts'
import { held } from '../decisions/guards/guard.ts'
import { followGuards } from '../decisions/guards/guards.ts'
import { retryLater } from '../decisions/guards/retry-later.ts'
import type { Due } from '../groups/due-codes.ts'
import { runningDigest } from '../workloads/running-image.ts'

const codes = {
  restart: 'PROVIDER_RESTARTED',
  recreate: 'PROVIDER_REPLACED',
} as const satisfies Readonly<Record<Follow['how'], Due['code']>>

/** Whether a decision is about following a container that the workload uses, rather than about another image. */
export const isFollowing = ({ reason }: Pick<Decision, 'reason'>): boolean =>
  reason.code === codes.restart || reason.code === codes.recreate

/**
 * What runs in the network, the processes or the volumes of a container that is not there any more follows it, by its own
 * image and without asking a registry. Null when nothing is to be followed.
 */
export function decideFollow(input: DecideInput): Decision | null {
  const { workload, reference } = input
  const follow = workload.follows ?? null
  if (follow === null) return null
  const digest = runningDigest(workload, reference) ?? workload.imageId
  // An engine's id of an image has the form of a digest.
  if (!isDigest(digest)) return decision('held', 'IMAGE_GONE', 'the engine does not tell its image')
  const due = { code: codes[follow.how], sentence: follow.sentence }
  return guarded(input, digest, due, [...followGuards, settling, failedBefore, flapping])
}

/** Somebody may be about to start it again themselves. */
const settling: Guard = ({ workload: { follows, followsAt = 0 }, ignoresBackoff, now }) => {
  if (ignoresBackoff || now >= followsAt) return null
  const sentence = `${follows?.sentence} a moment ago; whoever did that may do the same with it`
  return { ...held('PROVIDER_SETTLING', sentence), againInMs: followsAt - now }
}

/** What failed is tried again, each time after twice as long; what only waits for the other, as soon as that runs. */
const failedBefore: Guard = ({ rollouts, ignoresBackoff, now }) => {
  const follows = rollouts.filter(({ follows: each, reason }) => each !== null && reason?.code !== 'PROVIDER_STOPPED')
  const good = follows.findIndex(({ outcome }) => outcome === 'succeeded' || outcome === 'abandoned')
  const failures = good === -1 ? follows : follows.slice(0, good)
  return ignoresBackoff ? null : retryLater(failures, now)
}

const hourMs = 3_600_000
/** What restarts more often has a fault of its own, and its dependants would be down with it all the time. */
const followsMax = 5

/** One that is another container each time was made so by somebody, us included, and what lived in it has lost it for good. */
const flapping: Guard = ({ rollouts, workload, now, lastWordAt }) => {
  if (workload.follows?.how !== 'restart') return null
  const since = Math.max(now - hourMs, lastWordAt === null ? 0 : Date.parse(lastWordAt))
  const recent = rollouts.filter((each) => each.follows?.how === 'restart' && startedSince(each, since))
  const oldest = recent[followsMax - 1]
  if (oldest === undefined) return null
  const sentence = `${workload.follows?.provider} was started again more than ${followsMax} times within the hour`
  const againInMs = Math.max(1000, Date.parse(oldest.createdAt) + hourMs - now)
  return { ...held('PROVIDER_FLAPPING', sentence), againInMs }
}

const startedSince = ({ createdAt }: Rollout, since: number): boolean => Date.parse(createdAt) >= since
