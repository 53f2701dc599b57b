import { toAppError } from '../../errors.ts'
import type { Definition } from '../../rollout/rollout.ts'
import type { Decision } from './decision.ts'
import { decision } from './decision.ts'
import { isFollowing } from '../sets/decide-follow.ts'
import { mannerOf } from '../workloads/manner.ts'
import { wantedImage } from '../workloads/wanted-image.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'

/** How soon a target that could not look is asked again. */
const againMs = 10_000

/**
 * A rollout that is due, once its target has looked closely at what it would touch: it may have to be held after all.
 * Where the target cannot tell it is unknown, for this workload alone.
 *
 * @param known what a look found just now, which is not taken again; null where none did
 */
export async function prepared(
  watched: WatchableWorkload,
  decided: Decision,
  signal: AbortSignal,
  known: Definition | null = null,
): Promise<Decision> {
  const { target, workload, reference, tag, settings } = watched
  const { candidate, isRolloutDue } = decided
  if (!isRolloutDue || candidate === null || !target.prepare) return decided
  if (known !== null) return { ...decided, definition: known }
  // What only follows another is written as it was.
  const image = isFollowing(decided)
    ? workload.image
    : wantedImage(workload.image, reference, tag, settings.writeDigest ? candidate : null)
  try {
    const leaves = isFollowing(decided) ? null : mannerOf(workload, settings, target).stopped
    const preparation = await target.prepare(workload, image, signal, leaves)
    if (preparation.kind === 'ready') {
      const { definition, followedBy = [] } = preparation
      return { ...decided, definition, ...(followedBy.length > 0 && { followedBy }) }
    }
    return decision('held', preparation.reason.code, preparation.reason.sentence, candidate)
  } catch (error) {
    const { code, message } = toAppError(error)
    if (signal.aborted) throw error
    if (code.startsWith('TARGET_')) {
      return { ...decision('unknown', code, message, candidate), againInMs: againMs }
    }
    return decision('held', code, message, candidate)
  }
}
