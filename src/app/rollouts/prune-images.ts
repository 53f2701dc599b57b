import { toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { SupersededImage, Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { withoutFollows } from './revisions.ts'

/** Rollouts back that are looked at; what is older was pruned when it was newer. */
const lookBack = 20

/**
 * Removes what a rollout that ended left behind: instances that its target keeps, and images of the workload, failed
 * candidates and all but the latest `keepImages` superseded ones.
 */
export async function clearUp(app: App, target: Target, rollout: Rollout): Promise<void> {
  try {
    await target.removeEnded?.(rollout, AbortSignal.timeout(60_000))
  } catch (error) {
    app.log.debug({ workload: rollout.workload, code: toAppError(error).code }, 'what ended stays for now')
  }
  await pruneImages(app, target, rollout.workload, rollout.keepImages)
}

async function pruneImages(app: App, target: Target, workload: string, keep: number): Promise<void> {
  if (!target.prune) return
  const rollouts = await app.store.rollouts(workload, lookBack)
  for (const image of superfluousImages(rollouts, keep, await wayBackOfWave(app, workload))) {
    try {
      await target.prune(image, AbortSignal.timeout(60_000))
    } catch (error) {
      app.log.debug({ workload, code: toAppError(error).code }, 'an image stays for now')
    }
  }
}

/** What a workload goes back to if another of its atomic group fails: what it ran before the wave, whatever it ran since. */
async function wayBackOfWave(
  { store, groups }: Pick<App, 'store' | 'groups'>,
  workload: string,
): Promise<Digest | null> {
  const { group = null } = (await store.workload(workload)) ?? {}
  if (group === null || groups.get(group)?.atomic !== true) return null
  return (await store.wave(group)).find((each) => each.workload === workload)?.fromDigest ?? null
}

/**
 * Images that may go. An image that a later rollout brought back, or that an unfinished one may need, is not among them.
 * @param all rollouts of one workload, newest first
 * @param wayBack what it may yet have to go back to
 */
export function superfluousImages(
  all: readonly Rollout[],
  keep: number,
  wayBack: Digest | null = null,
): readonly SupersededImage[] {
  const rollouts = withoutFollows(all)
  const latest = rollouts[0]
  if (latest === undefined) return []
  const needed = new Set(wayBack === null ? [] : rollouts.flatMap((each) => imagesOf(each, wayBack)))
  for (const each of all) if (each.stage !== 'ended') needed.add(each.fromImage).add(each.toImage ?? '')
  const running = latest.outcome === 'succeeded' ? latest.toImage : latest.fromImage
  needed.add(running ?? '')

  const superseded = rollouts
    // What was made from nothing left nothing behind.
    .filter((each) => each.outcome === 'succeeded' && each.fromImage !== '')
    .map(leftBehind)
  const kept = [...new Set(superseded.map((each) => each.image))].filter((each) => !needed.has(each)).slice(0, keep)
  const failed = rollouts.flatMap((each) => (each.outcome === 'rolled-back' ? candidate(each) : []))
  const seen = new Set([...needed, ...kept])
  return [...failed, ...superseded].filter(({ image }) => !seen.has(image) && seen.add(image))
}

const leftBehind = ({ workload, repository, fromDigest, fromImage }: Rollout): SupersededImage => ({
  workload,
  repository,
  digest: fromDigest,
  image: fromImage,
})

/** The engine's ids of the images of a digest that a rollout was from or to. */
const imagesOf = ({ digest, fromDigest, fromImage, toImage }: Rollout, of: Digest): readonly string[] => [
  ...(fromDigest === of ? [fromImage] : []),
  ...(digest === of && toImage !== null ? [toImage] : []),
]

const candidate = ({ workload, repository, digest, toImage }: Rollout): readonly SupersededImage[] =>
  toImage === null ? [] : [{ workload, repository, digest, image: toImage }]
