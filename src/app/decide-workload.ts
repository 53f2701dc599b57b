import { toAppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import type { ImageDescription } from '../registries/registry.ts'
import type { TagObservation } from '../store/store.ts'
import type { App } from './app.ts'
import { decide } from './decide.ts'
import { decision, type Decision } from './decision.ts'
import { describeImage } from './describe-image.ts'
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
    return decide({
      ...known,
      sightings: await store.sightings(registry, repository, watched.tag, rolloutsMax),
      description: await describeWhenNew(app, watched, observation, options.signal),
      row: await store.workload(id),
      rollouts: await store.rollouts(id, rolloutsMax),
      quarantines: await store.quarantine(id),
      hold: await store.hold(),
    })
  } catch (error) {
    const { code, message } = toAppError(error)
    if (!code.startsWith('REGISTRY_') && code !== 'MANIFEST_INVALID') throw error
    return decision('unknown', code, message, observation?.digest ?? null)
  }
}

/** Guards only hold candidates back: while there is none, what they look at need not be read. */
const nothingToGuard = { sightings: [], description: null, row: null, quarantines: [], hold: null } as const

/** What lies under a digest is asked for only when it is not the one that runs: an unchanged image costs no GET. */
async function describeWhenNew(
  app: App,
  watched: WatchableWorkload,
  observation: TagObservation | null,
  signal: AbortSignal,
): Promise<ImageDescription | null> {
  const digest: Digest | null = observation?.failure === null ? observation.digest : null
  if (digest === null || runsDigest(watched.workload, watched.reference, digest, null)) return null
  return describeImage(app, repositoryOf(watched), digest, watched.workload.platform, signal)
}
