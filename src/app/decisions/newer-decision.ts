import { shortDigest } from '../../image/digest.ts'
import { parseReference } from '../../image/reference.ts'
import type { EffectKind, Reason, Rollout } from '../../rollout/rollout.ts'
import { hasAttempted, hasTouchedOld } from '../../rollout/step.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { watchedWorkloads } from '../workloads/watched-workloads.ts'
import { decideWorkload } from './decide-workload.ts'
import { newerDecisionCode } from './newer-decision-code.ts'
import { refusedNow } from './refused-now.ts'

/** Tells why a rollout is to make way for what would be decided now; null while it is to go on. */
export type NewerDecision = (rollout: Rollout) => Promise<Reason | null>

/**
 * Where a tag moved on while its former digest was still being fetched, only the newer one is to be rolled out. Once
 * anything is made the rollout goes on to its end, and the newer one comes after it: else a hook that takes longer than
 * it takes to push again would keep every one from its end. What is held or cannot be told takes nobody's place.
 *
 * What runs is not touched where something has come to hold it since: a hook may take hours, as may a wait for the
 * registry or the engine. Whatever was made by then is removed again.
 *
 * @param signal ends questions to registries and targets
 */
export function createNewerDecision(app: App, target: Target, signal: AbortSignal): NewerDecision {
  let judged: { readonly news: string; readonly reason: Reason | null } | null = null
  return async (rollout) => {
    if (!isUntouched(rollout)) return null
    try {
      const refused = await refusedNow(app, rollout)
      if (refused !== null) return newer(refused.sentence)
      if (!isFetching(rollout)) return null
      const news = await newsOf(app, rollout)
      if (news === null) return null
      if (judged?.news !== news) judged = { news, reason: await decideAnew(app, target, rollout, signal) }
      return judged.reason
    } catch {
      // A question that fails tells nothing against what was decided.
      return null
    }
  }
}

/** Effects that leave a workload as it is, and nothing to clear up. */
const fetching: ReadonlySet<EffectKind> = new Set(['pull', 'protect', 'capture'])

const isFetching = ({ attempted }: Rollout): boolean => attempted.every((each) => fetching.has(each))

/** Whether only the old version has run so far, as it was found. */
const isUntouched = (rollout: Rollout): boolean =>
  rollout.stage === 'forward' &&
  rollout.follows === null &&
  !hasTouchedOld(rollout) &&
  !hasAttempted(rollout, 'start-new')

/** What was looked up since the rollout was decided and may lead elsewhere: a decision is taken once for each. */
async function newsOf({ store }: App, { repository: name, tag, digest, createdAt }: Rollout): Promise<string | null> {
  const { registry, repository } = parseReference(name)
  const seen = await store.tagObservation(registry, repository, tag)
  const list = await store.tagList(registry, repository)
  const isElsewhere = seen?.failure === null && seen.digest !== null && seen.digest !== digest
  const listedAt = list?.failure === null && list.seenAt !== null && list.seenAt > createdAt ? list.seenAt : null
  return isElsewhere || listedAt !== null ? JSON.stringify([isElsewhere && [seen.digest, seen.reads], listedAt]) : null
}

async function decideAnew(app: App, target: Target, rollout: Rollout, signal: AbortSignal): Promise<Reason | null> {
  const all = await watchedWorkloads(app, target, signal)
  const watched = all.find(({ workload }) => workload.id === rollout.workload)
  if (watched?.kind !== 'watchable' || signal.aborted) return null
  const { reference, tag, isListed } = watched
  const seen = await app.store.tagObservation(reference.registry, reference.repository, tag)
  const decided = await decideWorkload(app, watched, seen, { ignoresBackoff: false, signal, without: rollout.id })
  const { candidate, candidateTag = tag, state, isRolloutDue } = decided
  if (candidate === null || candidate === rollout.digest) return null
  if (isRolloutDue) return newer(`${candidateTag} (${shortDigest(candidate)}) is to run by now`)
  // As before any way back, so that a replica which lags behind keeps nothing from being rolled out.
  const isConfirmed = !isListed && (seen?.reads ?? 0) >= 2
  if (state !== 'current' || !isConfirmed) return null
  return newer(`the tag ${tag} names again what runs`)
}

const newer = (sentence: string): Reason => ({
  code: newerDecisionCode,
  sentence: `${sentence}; what runs was not touched yet`,
})
