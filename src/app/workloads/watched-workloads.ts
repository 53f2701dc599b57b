import { toAppError } from '../../errors.ts'
import { parseReference, tagOf, type ImageReference } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { Repository } from '../../registries/registry.ts'
import type { Override } from '../../store/store.ts'
import type { Target, Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { standsAgainst } from '../decisions/lifted.ts'
import { endsByPolicy } from '../words/override.ts'
import { policiesOf, wishKey } from '../selection/policies-of.ts'
import type { PolicyReading } from '../selection/policy-wish.ts'
import type { Place } from '../groups/order.ts'
import { placesOn } from '../groups/placed-workloads.ts'
import { referenceToFollow } from '../sets/follow-only.ts'
import { unwatchedMembers } from '../sets/unwatched-members.ts'
import { readSettings, type WorkloadSettings } from './workload-settings.ts'
import { withWrittenTag } from './written-tag.ts'

/** A workload that somebody asked us to watch. */
export type WatchedWorkload = WatchableWorkload | UnwatchableWorkload

interface WatchedBase {
  readonly target: Target
  readonly workload: Workload
  readonly settings: WorkloadSettings
  /** Ids of workloads that go before it, when they change too, also those before those. */
  readonly after: readonly string[]
}

/** One that can be decided about. */
export interface WatchableWorkload extends WatchedBase {
  readonly kind: 'watchable'
  readonly reference: ImageReference
  /** The tag that is followed: that of a person's word, or the policy's. With `isListed`, the one that it names. */
  readonly tag: string
  readonly policy: Policy
  /** Whether its tag is chosen among all of the repository. */
  readonly isListed: boolean
  /** What a person said that it should run. */
  readonly override: Override | null
  /** Whether it names no tag or nobody watches it, so that no registry is asked: it only follows a container that it uses. */
  readonly isFollowOnly?: boolean
}

/** One whose decision is already clear from what it is. */
export interface UnwatchableWorkload extends WatchedBase {
  readonly kind: 'unwatchable'
  readonly decision: Decision
}

/**
 * The watched workloads of a target, as it shows them now.
 * @throws TARGET_UNAVAILABLE, TARGET_FORBIDDEN, TARGET_UNSUPPORTED
 */
export async function watchedWorkloads(
  app: App,
  target: Target,
  signal: AbortSignal,
): Promise<readonly WatchedWorkload[]> {
  const workloads = await target.listWorkloads(signal)
  const places = await placesOn(app, target, workloads, signal)
  const overrides = new Map((await app.store.overrides()).map((each) => [each.workload, each]))
  const all = workloads.map((workload) => ({
    workload,
    ...readSettings(workload, app.rules(), app.defaults, app.watchMode),
  }))
  const unwatched = all.flatMap(({ watch, isRefused, workload }) => (watch || isRefused ? [] : [workload]))
  const members = await unwatchedMembers(app, target, unwatched, workloads, signal)
  const readings = all.filter(
    ({ watch, problems, workload }) => watch || problems.length > 0 || members.has(workload.id),
  )
  const policies = await policiesOf(
    app,
    readings.map(({ settings }) => settings),
  )
  return readings.map(({ workload, settings, problems }) => {
    const place = places.get(workload.id) ?? { kind: 'placed', after: [] }
    const base = { target, workload, settings, after: place.kind === 'placed' ? place.after : [] }
    const policy = policies.get(wishKey(settings)) ?? { problem: 'the policy was not read' }
    const provider = members.get(workload.id)
    if (provider !== undefined) return asMember(base, provider, classify(base, null, problems, place, policy))
    return classify(base, overrides.get(workload.id) ?? null, problems, place, policy)
  })
}

/** The repository that a scan has to look at for this workload. */
export function repositoryOf({ reference }: WatchableWorkload): Repository {
  return { registry: reference.registry, repository: reference.repository }
}

/** One that nobody watches: all that it is cared for is that it lives in what is there. */
function asMember(base: WatchedBase, provider: string, found: WatchedWorkload): WatchedWorkload {
  if (base.workload.follows == null) {
    const sentence = `nobody asked to have it watched; it lives in ${provider}, and is only made again with that`
    return { ...base, kind: 'unwatchable', decision: decision('ignored', 'NOT_WATCHED', sentence) }
  }
  if (found.kind === 'unwatchable') return found
  // Whoever gave it another image since was free to.
  const settings = { ...found.settings, onManualChange: 'reapply' } as const
  return { ...found, settings, isListed: false, isFollowOnly: true }
}

function classify(
  base: WatchedBase,
  override: Override | null,
  problems: readonly string[],
  place: Place,
  read: PolicyReading,
): WatchedWorkload {
  const unwatchable = (state: 'ignored' | 'held', code: string, sentence: string): UnwatchableWorkload => ({
    ...base,
    kind: 'unwatchable',
    decision: decision(state, code, sentence),
  })
  const { image } = base.workload
  const leftAlone = standsAgainst(base.workload.leftAlone, base.settings)
  if (leftAlone !== null) {
    return unwatchable(leftAlone.isHeld === true ? 'held' : 'ignored', leftAlone.code, leftAlone.sentence)
  }
  if (problems.length > 0) return unwatchable('held', 'SETTINGS_INVALID', problems.join('; '))
  if (place.kind === 'problem') return unwatchable('held', place.code, place.sentence)
  if ('problem' in read) return unwatchable('held', 'POLICY_INVALID', read.problem)
  try {
    const toFollow = referenceToFollow(base.workload)
    const reference = toFollow ?? parseReference(image)
    const { noStartFirst } = base.workload
    if (base.settings.order === 'start-first' && noStartFirst !== null) {
      return unwatchable('held', 'ORDER_IMPOSSIBLE', `start-first is impossible, since ${noStartFirst}`)
    }
    if (toFollow !== null) {
      return {
        ...base,
        kind: 'watchable',
        reference,
        tag: tagOf(reference),
        policy: read.policy,
        isListed: false,
        override: null,
        isFollowOnly: true,
      }
    }
    if (reference.digest !== null && !base.settings.writeDigest) {
      return unwatchable('ignored', 'NOT_A_TAG', 'its owner pinned it to a digest; writeDigest: true lets us move that')
    }
    const found = followed(read.policy, reference, override)
    const workload = override === null ? withWrittenTag(base.workload, read.policy, found.tag) : base.workload
    return { ...base, workload, kind: 'watchable', reference, ...found, override }
  } catch (error) {
    return unwatchable('held', 'REFERENCE_INVALID', toAppError(error).message)
  }
}

/** A word to return is about the tag that a workload names; other policies go on by themselves from there. */
function followed(policy: Policy, reference: ImageReference, override: Override | null) {
  const current = tagOf(reference)
  const word = override === null || endsByPolicy(override, policy) ? null : override.tag
  const tag = word ?? policy.followedTag(current)
  return { policy, tag: tag ?? current, isListed: tag === null }
}
