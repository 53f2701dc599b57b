import { toAppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import type { ImageDescription } from '../registries/registry.ts'
import type { Rollout } from '../rollout/rollout.ts'
import type { HistoryKind, Store, TagObservation, Time } from '../store/store.ts'
import type { App } from './app.ts'
import { readTargetStanding } from './brake/target-standing.ts'
import { decide } from './decide.ts'
import { decision, type Decision } from './decision.ts'
import { describeImage } from './describe-image.ts'
import { definitionFrom, type EarlierDecision } from './earlier-decision.ts'
import { readGroup } from './groups/read-group.ts'
import { withNote } from './noted.ts'
import { prepared } from './prepared.ts'
import { hasRun } from './revisions.ts'
import { runsDigest } from './running-image.ts'
import { busySet } from './sets/busy-set.ts'
import { isFollowing } from './sets/decide-follow.ts'
import { withPlainFollowers } from './sets/plain-followers.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from './watched-workloads.ts'

/** Rollouts of a workload that a decision looks back on. */
const rolloutsMax = 50

/** Gathers what a decision depends on, and decides. Reads only, but for keeping what lies under a digest. */
export async function decideWorkload(
  app: App,
  watched: WatchedWorkload,
  observation: TagObservation | null,
  options: {
    readonly ignoresBackoff: boolean
    readonly signal: AbortSignal
    /** Spares a close look at the target where it was just taken. */
    readonly earlier?: EarlierDecision | null
  },
): Promise<Decision> {
  const busy = await busySet(app.store, watched.workload)
  if (busy !== null) return busy
  return withNote(watched.workload, await decideUnnoted(app, watched, observation, options))
}

async function decideUnnoted(
  app: App,
  watched: WatchedWorkload,
  observation: TagObservation | null,
  options: Parameters<typeof decideWorkload>[3],
): Promise<Decision> {
  if (watched.kind === 'unwatchable') return watched.decision
  const { store } = app
  const { id } = watched.workload
  const { registry, repository } = repositoryOf(watched)
  const { ignoresBackoff } = options
  const group = await readGroup(app, watched.settings.group, id)
  const known = { ...watched, observation, group, ignoresBackoff, now: app.clock.now() }
  try {
    // One that is under way is the newest: no other begins beside it.
    const decided = decide({ ...known, ...nothingToGuard, rollouts: await store.rollouts(id, 1) })
    if (decided.state !== 'outdated' && decided.state !== 'held') return decided
    const rollouts = await store.rollouts(id, rolloutsMax)
    const guarded = decide({
      ...known,
      sightings: await store.sightings(registry, repository, watched.tag, rolloutsMax),
      description: isFollowing(decided)
        ? null
        : await describeWhenNew(app, watched, observation, rollouts, options.signal),
      row: await store.workload(id),
      rollouts,
      quarantines: await store.quarantine(id),
      hold: await store.hold(),
      pauses: await store.pauses(),
      lastWordAt: await lastWordAt(store, id),
      target: await readTargetStanding(app, id, decided.candidate),
    })
    const { earlier = null, signal } = options
    const found = earlier === null ? null : definitionFrom(earlier, watched, guarded, app.clock)
    return await withPlainFollowers(app, await prepared(watched, guarded, signal, found), signal)
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
  target: null,
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
