import { isDigest } from '../../image/digest.ts'
import { formatAge } from '../../lib/age.ts'
import type { Follow } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { DecideInput } from '../decide-input.ts'
import { decision, type Decision } from '../decision.ts'
import { guarded } from '../guarded.ts'
import type { Guard } from '../guards/guard.ts'
import { held } from '../guards/guard.ts'
import { followGuards } from '../guards/guards.ts'
import { runningDigest } from '../running-image.ts'

const codes: Readonly<Record<Follow['how'], string>> = {
  restart: 'PROVIDER_RESTARTED',
  recreate: 'PROVIDER_REPLACED',
}

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
  return guarded(input, digest, due, [...followGuards, failedBefore, flapping])
}

const backoffMinMs = 30_000
const backoffMaxMs = 3_600_000

/** What failed is tried again, each time after twice as long. */
const failedBefore: Guard = ({ rollouts, ignoresBackoff, now }) => {
  const follows = rollouts.filter((each) => each.follows !== null)
  const good = follows.findIndex(({ outcome }) => outcome === 'succeeded' || outcome === 'abandoned')
  const failures = good === -1 ? follows : follows.slice(0, good)
  const last = failures[0]
  if (ignoresBackoff || !last?.endedAt) return null
  const waitMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (failures.length - 1))
  const sinceMs = now - Date.parse(last.endedAt)
  if (sinceMs < 0 || sinceMs >= waitMs) return null
  const leftMs = waitMs - sinceMs
  const sentence = `${last.reason?.sentence ?? 'the last try failed'}; next try in ${formatAge(leftMs)}`
  return { state: 'outdated', code: 'RETRY_LATER', sentence, againInMs: leftMs }
}

const hourMs = 3_600_000
/** What restarts more often has a fault of its own, and its dependants would be down with it all the time. */
const followsMax = 5

const flapping: Guard = ({ rollouts, workload, now, lastWordAt }) => {
  const since = Math.max(now - hourMs, lastWordAt === null ? 0 : Date.parse(lastWordAt))
  const recent = rollouts.filter((each) => each.follows !== null && startedSince(each, since))
  const oldest = recent[followsMax - 1]
  if (oldest === undefined) return null
  const sentence = `${workload.follows?.provider} was started again more than ${followsMax} times within the hour`
  const againInMs = Math.max(1000, Date.parse(oldest.createdAt) + hourMs - now)
  return { ...held('PROVIDER_FLAPPING', sentence), againInMs }
}

const startedSince = ({ createdAt }: Rollout, since: number): boolean => Date.parse(createdAt) >= since
