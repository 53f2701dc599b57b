import { agesCountFrom } from './ages-count-from.ts'
import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import { tagOf } from '../../image/reference.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { App } from '../app.ts'
import { describeImage } from '../scans/describe-image.ts'
import { runsDigest } from '../workloads/running-image.ts'
import { repositoryOf, type WatchableWorkload } from '../workloads/watched-workloads.ts'
import { toKnown } from './candidates.ts'
import { explainTags, type Explanation } from './explain-tags.ts'

/** What becomes of the one tag that a policy follows, by all that the decision on it went by. */
export async function explainFollowed(
  app: App,
  watched: WatchableWorkload,
  tag: string,
  signal: AbortSignal,
): Promise<Explanation> {
  const { store, clock } = app
  const { policy, workload } = watched
  const { registry, repository } = repositoryOf(watched)
  const observation = await store.tagObservation(registry, repository, tag)
  const sightings = await store.sightings(registry, repository, tag, 2)
  const known = toKnown(observation, sightings.length > 1, await agesCountFrom(store, policy))
  const isRunning = known.digest !== null && runsDigest(workload, watched.reference, known.digest, null)
  const looked =
    known.digest === null || isRunning ? nothing : await lookForPlatforms(app, watched, known.digest, signal)
  const failure = observation?.failure ?? looked.failure
  const quarantines = await store.quarantine(workload.id)
  const failed = quarantines.filter((each) => each.policy === policy.spec.text).map(({ digest }) => digest)
  return explainTags(
    policy,
    {
      candidates:
        known.digest === null ? [] : [{ tag, ...known, pushedAt: null, listedAt: null, platforms: looked.platforms }],
      current: tagOf(watched.reference),
      // What runs has shown that it can.
      platform: isRunning ? null : workload.platform,
      now: clock.now(),
      quarantined: isRunning ? new Set() : new Set(failed),
    },
    failure,
  )
}

interface Looked {
  readonly platforms: readonly Platform[] | null
  readonly failure: Reason | null
}

const nothing: Looked = { platforms: null, failure: null }

async function lookForPlatforms(
  app: App,
  watched: WatchableWorkload,
  digest: Digest,
  signal: AbortSignal,
): Promise<Looked> {
  try {
    const { images } = await describeImage(app, repositoryOf(watched), digest, watched.workload.platform, signal)
    return { platforms: images.map(({ platform }) => platform), failure: null }
  } catch (error) {
    const { code, message } = toAppError(error)
    if (code.startsWith('MANIFEST_')) return { platforms: [], failure: null }
    if (!code.startsWith('REGISTRY_')) throw error
    return { platforms: null, failure: { code, sentence: message } }
  }
}
