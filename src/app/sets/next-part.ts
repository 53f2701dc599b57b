import { isDigest } from '../../image/digest.ts'
import type { PartOf, Way } from '../../rollout/along.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { hasTouchedOld } from '../../rollout/step.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { draftRollout, type BeginsAs } from '../rollouts/draft-rollout.ts'
import { runningDigest } from '../workloads/running-image.ts'
import { watchedWorkloads, type WatchableWorkload, type WatchedWorkload } from '../workloads/watched-workloads.ts'
import { partAgain } from './part-again.ts'
import { isBackAndEnded } from './part-verdict.ts'
import { lastOfEach } from './parts-of.ts'
import { unwellAmong } from './unwell-before.ts'
import { waitsForProvider, type Waiting } from './waits-for-provider.ts'

/** What has to follow next; `none` once all has that can: the others wait for what somebody else has to bring back. */
export type NextPart =
  | { readonly kind: 'none'; readonly waiting: readonly Waiting[] }
  | { readonly kind: 'held'; readonly name: string; readonly reason: Reason }
  | { readonly kind: 'due'; readonly target: Target; readonly draft: Rollout; readonly because: string }

/**
 * Looks for the first of those that have to follow a rollout which does not live in what is there by now.
 * @param parts what it has brought along already, of each workload the oldest first
 */
export async function nextPart(
  app: App,
  rollout: Rollout,
  way: Way,
  parts: readonly Rollout[],
  signal: AbortSignal,
): Promise<NextPart> {
  const partOf: PartOf = { rollout: rollout.id, way }
  // Containers live in those of the same engine alone.
  const near = app.targets.filter(({ name }) => name === rollout.target)
  const all = await Promise.all(near.map((target) => watchedWorkloads(app, target, signal)))
  const watched = new Map(all.flat().map((each) => [each.workload.id, each]))
  const before = new Map(lastOfEach(parts).map((each) => [each.workload, each]))
  const waiting: Waiting[] = []
  // In this order each comes after what it lives in.
  for (const id of rollout.followedBy ?? []) {
    const each = watched.get(id)
    if (each === undefined) continue
    const last = before.get(id)
    const failed = way === 'back' && last !== undefined && hasFailedForth(last) ? last : null
    const because = `${rollout.name} ${way === 'back' ? 'is taken back' : 'was rolled out'}, and it lives in its set`
    if (failed !== null && isAsLeft(failed, each) && !isSeenBetter(failed, each)) {
      const draft = partAgain(app, failed, each.workload, partOf)
      return { kind: 'due', target: each.target, draft, because }
    }
    // It lives in what is there: what it does with that is its own.
    if (last !== undefined && isBackAndEnded(last)) continue
    if (waitsForProvider(each))
      waiting.push({ name: each.workload.name, sentence: each.workload.leftAlone?.sentence ?? '' })
    if (each.kind !== 'watchable' || each.workload.follows == null) continue
    const unwell = unwellAmong(rollout, each.workload)
    const found = await drafted(app, each, { partOf, ...(unwell.length > 0 && { unwell }) }, signal)
    return 'code' in found
      ? { kind: 'held', name: each.workload.name, reason: found }
      : { kind: 'due', target: each.target, draft: found, because }
  }
  return { kind: 'none', waiting }
}

/**
 * Its old instance, or whatever Compose made, is left down, or without those that ran with it. What a person stopped on
 * its way stays as they left it.
 */
const hasFailedForth = (last: Rollout): boolean =>
  last.partOf?.way === 'forth' &&
  last.outcome !== 'succeeded' &&
  (last.outcome !== 'superseded' || last.step === 'R') &&
  hasTouchedOld(last)

/** Whether nobody else has made another of it since. Compose keeps no old instance. */
const isAsLeft = ({ procedure, oldInstance }: Rollout, { workload }: WatchedWorkload): boolean =>
  procedure === 'compose' || workload.instance === oldInstance

/** A restart writes down nothing of what lives in it, so where it runs what is seen now tells more. */
const isSeenBetter = ({ follows }: Rollout, { kind, workload }: WatchedWorkload): boolean =>
  follows?.how === 'restart' && kind === 'watchable' && workload.follows != null

/** As it is now, or why it could not be made again. */
async function drafted(
  app: App,
  watched: WatchableWorkload,
  as: Pick<BeginsAs, 'partOf' | 'unwell'>,
  signal: AbortSignal,
): Promise<Rollout | Reason> {
  const { target, workload, reference } = watched
  const digest = runningDigest(workload, reference) ?? workload.imageId
  // An engine's id of an image has the form of a digest.
  if (!isDigest(digest)) return { code: 'IMAGE_GONE', sentence: 'the engine does not tell its image' }
  const preparation = await target.prepare?.(workload, workload.image, signal)
  if (preparation?.kind === 'held') return preparation.reason
  const how = { wave: null, because: null, follows: true, ...as }
  return draftRollout(app, watched, digest, preparation?.definition ?? null, how)
}
