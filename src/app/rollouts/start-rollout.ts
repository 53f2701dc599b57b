import { shortDigest, type Digest } from '../../image/digest.ts'
import type { Definition, Rollout } from '../../rollout/rollout.ts'
import type { App } from '../app.ts'
import { makeRoom } from '../sets/make-room.ts'
import { tellManner } from '../workloads/manner.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'
import { draftRollout, writeDown, type BeginsAs } from './draft-rollout.ts'
import { driveRollout } from './drive-rollout.ts'
import { readImageHealth } from './read-image-health.ts'
import { removeKept } from './remove-kept.ts'

/**
 * Plans a rollout of a workload to a digest, writes it down (J0), and drives it to its rest.
 * @param definition what its decision found that has to be edited
 * @param how as what it begins: on its own, unless told otherwise
 */
export async function startRollout(
  app: App,
  watched: WatchableWorkload,
  digest: Digest,
  definition: Definition | null,
  stop: AbortSignal,
  how: BeginsAs = { wave: null, because: null },
): Promise<Rollout> {
  const { workload, target, tag, override } = watched
  const isRestart = how.follows === true && workload.follows?.how === 'restart'
  if (!isRestart) await removeKept(app, workload.id, (kept) => driveRollout(app, target, kept, stop))
  const imageHealth = await readImageHealth(app, watched, digest, stop)
  const draft = { ...draftRollout(app, watched, digest, definition, how), ...(imageHealth && { imageHealth }) }
  const rollout = await writeDown(app, target, draft, { ...how, override })
  const room = await makeRoom(app, rollout, workload)
  if (room !== null) return room
  app.log.info(
    { workload: workload.id, digest, order: rollout.order },
    `rolling out ${rollout.repository}:${tag} (${shortDigest(digest)}), ${tellManner(rollout)}`,
  )
  return driveRollout(app, target, rollout, stop)
}
