import { toAppError } from '../errors.ts'
import { parseReference, tagOf, type ImageReference } from '../image/reference.ts'
import type { Policy } from '../policies/policy.ts'
import type { Repository } from '../registries/registry.ts'
import type { Override } from '../store/store.ts'
import type { Target, Workload } from '../targets/target.ts'
import type { App } from './app.ts'
import { decision, type Decision } from './decision.ts'
import { standsAgainst } from './lifted.ts'
import type { Place } from './groups/order.ts'
import { placesOn } from './groups/placed-workloads.ts'
import { readSettings, type WorkloadSettings } from './workload-settings.ts'

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
  /** The tag that is followed: that of a person's word, or the one that it names. */
  readonly tag: string
  readonly policy: Policy
  /** What a person said that it should run. */
  readonly override: Override | null
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
  return workloads.flatMap((workload) => {
    const reading = readSettings(workload, app.rules, app.defaults, app.watchMode)
    if (!reading.watch && reading.problems.length === 0) return []
    const place = places.get(workload.id) ?? { kind: 'placed', after: [] }
    const base = { target, workload, settings: reading.settings, after: place.kind === 'placed' ? place.after : [] }
    return [classify(app, base, overrides.get(workload.id) ?? null, reading.problems, place)]
  })
}

/** The repository that a scan has to look at for this workload. */
export function repositoryOf({ reference }: WatchableWorkload): Repository {
  return { registry: reference.registry, repository: reference.repository }
}

function classify(
  app: App,
  base: WatchedBase,
  override: Override | null,
  problems: readonly string[],
  place: Place,
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
  const policy = app.policyFor(base.settings.policy)
  if (policy === null) return unwatchable('held', 'POLICY_INVALID', `there is no policy ${base.settings.policy}`)
  try {
    const reference = parseReference(image)
    const { noStartFirst } = base.workload
    if (base.settings.order === 'start-first' && noStartFirst !== null) {
      return unwatchable('held', 'ORDER_IMPOSSIBLE', `start-first is impossible, since ${noStartFirst}`)
    }
    if (reference.digest !== null && !base.settings.writeDigest) {
      return unwatchable('ignored', 'NOT_A_TAG', 'its owner pinned it to a digest; writeDigest: true lets us move that')
    }
    return { ...base, kind: 'watchable', reference, tag: override?.tag ?? tagOf(reference), policy, override }
  } catch (error) {
    return unwatchable('held', 'REFERENCE_INVALID', toAppError(error).message)
  }
}
