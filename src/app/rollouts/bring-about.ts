import type { EffectKind, Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import type { PullAuth, PullProgress, Target } from '../../targets/target.ts'
import { paceOf, type PulledRegistry } from './wait-for-registry.ts'
import { whileWanted, type WantedDeps } from './while-wanted.ts'

export interface BringDeps extends WantedDeps {
  readonly target: Target
  readonly store: Store
  readonly pullAuth: (rollout: Rollout, signal: AbortSignal) => Promise<PullAuth | null>
  /** The registry that a rollout pulls from; absent where no pause of it is kept. */
  readonly registryOf?: (rollout: Rollout) => PulledRegistry
  readonly onProgress?: (rollout: Rollout, progress: PullProgress) => void
}

/**
 * Only for what a target forgot to limit: it knows best how long to wait. A container may ask for an hour to stop in,
 * and a pull goes on as long as anything comes.
 */
const effectMaxMs = 6 * 60 * 60_000

/** Has the target bring one effect about, with what it needs for that. @param stop cuts a pull off */
export async function bringAbout(
  deps: BringDeps,
  rollout: Rollout,
  effect: EffectKind,
  stop: AbortSignal,
): Promise<void> {
  if (effect === 'capture') {
    const snapshot = await deps.target.capture(rollout, AbortSignal.timeout(60_000))
    return deps.store.saveSnapshot(rollout.id, snapshot)
  }
  const limit = AbortSignal.timeout(effectMaxMs)
  if (effect !== 'pull') return tell(deps, rollout, effect, limit)
  // Only a pull leaves nothing half done when it is cut off.
  await whileWanted(deps, rollout, (unwanted) => tell(deps, rollout, effect, AbortSignal.any([limit, stop, unwanted])))
}

async function tell(deps: BringDeps, rollout: Rollout, effect: EffectKind, signal: AbortSignal): Promise<void> {
  const pullAuth = pulls.has(effect) ? await deps.pullAuth(rollout, signal) : null
  // Whoever cannot sign in goes without: what nobody has to sign in for may come back by that.
  const signIn = () => deps.pullAuth(rollout, signal).catch(() => null)
  const { onProgress } = deps
  await deps.target.apply(rollout, effect, {
    signal,
    ...(pullAuth && { pullAuth }),
    ...(mayPull.has(effect) && { signIn }),
    ...(deps.registryOf && { pullPace: paceOf(deps.registryOf(rollout), rollout) }),
    ...(needsCaptured.has(effect) && { snapshot: await deps.store.snapshot(rollout.id) }),
    ...(onProgress && { onPullProgress: (progress: PullProgress) => onProgress(rollout, progress) }),
  })
}

/** Effects for which somebody signs in to the registry: we, or the nodes of an orchestrator. */
const pulls = new Set<EffectKind>(['pull', 'update-service', 'revert-service'])

/** Effects for which the old image is pulled, where somebody cleared it away. */
const mayPull = new Set<EffectKind>(['tag-old', 'copy-old'])

/** Effects that need what was captured. */
const needsCaptured = new Set<EffectKind>([
  'copy-old',
  'copy-old-dependants',
  'create',
  'edit-back',
  'up-old',
  'up-old-dependants',
  'revert-service',
])
