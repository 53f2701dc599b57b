import { toAppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import type { ImageDescription } from '../registries/registry.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { HistoryKind, Store, TagObservation, Time } from '../store/store.ts'
import type { App } from './app.ts'
import { decide } from './decide.ts'
import { decision, type Decision } from './decision.ts'
import { describeImage } from './describe-image.ts'
import { prepared } from './prepared.ts'
import { hasRun } from './revisions.ts'
import { runsDigest } from './running-image.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from './watched-workloads.ts'

/** Rollouts of a workload that a decision looks back on. */
const rolloutsMax = 50

/** Gathers what a decision depends on, and decides. Reads only, but for keeping what lies under a digest. */
export async function decideWorkload(
  app: App,
  watched: WatchedWorkload,
  observation: TagObservation | null,
  options: { readonly ignoresBackoff: boolean; readonly signal: AbortSignal },
): Promise<Decision> {
  if (watched.kind === 'unwatchable') return watched.decision
  const { store } = app
  const { id } = watched.workload
  const { registry, repository } = repositoryOf(watched)
  const known = { ...watched, observation, ignoresBackoff: options.ignoresBackoff, now: app.clock.now() }
  try {
    // One that is under way is the newest: no other begins beside it.
    const decided = decide({ ...known, ...nothingToGuard, rollouts: await store.rollouts(id, 1) })
    if (decided.state !== 'outdated' && decided.state !== 'held') return decided
    const rollouts = await store.rollouts(id, rolloutsMax)
    const guarded = decide({
      ...known,
      sightings: await store.sightings(registry, repository, watched.tag, rolloutsMax),
      description: await describeWhenNew(app, watched, observation, rollouts, options.signal),
      row: await store.workload(id),
      rollouts,
      quarantines: await store.quarantine(id),
      hold: await store.hold(),
      pauses: await store.pauses(),
      lastWordAt: await lastWordAt(store, id),
    })
    return await prepared(watched, guarded, options.signal)
  } catch (error) {
    const { code, message } = toAppError(error)
    if (!code.startsWith('REGISTRY_') && code !== 'MANIFEST_INVALID') throw error
    return decision('unknown', code, message, watched.override?.digest ?? observation?.digest ?? null)
  }
}

/** Guards only hold candidates back: while there is none, what they look at need not be read. */
const nothingToGuard = {
  sightings: [],
  description: null,
  row: null,
  quarantines: [],
  hold: null,
  pauses: [],
  lastWordAt: null,
} as const

const wordsToGoOn: ReadonlySet<HistoryKind> = new Set(['pin', 'unpin', 'deploy', 'rollback', 'resume'])

async function lastWordAt(store: Store, workload: string): Promise<Time | null> {
  const latest = await store.history({ workload, limit: rolloutsMax })
  return latest.find(({ kind }) => wordsToGoOn.has(kind))?.at ?? null
}

/** What lies under a digest is asked for only when it is not the one that runs: an unchanged image costs no GET. */
async function describeWhenNew(
  app: App,
  watched: WatchableWorkload,
  observation: TagObservation | null,
  rollouts: readonly Rollout[],
  signal: AbortSignal,
): Promise<ImageDescription | null> {
  const { override } = watched
  const seen: Digest | null = observation?.failure === null ? observation.digest : null
  const digest = override?.digest ?? seen
  // A way back must not wait for a registry.
  if (override?.digest != null && hasRun(rollouts, override.digest)) return null
  if (digest === null || runsDigest(watched.workload, watched.reference, digest, null)) return null
  return describeImage(app, repositoryOf(watched), digest, watched.workload.platform, signal)
}
