import type { Digest } from '../../image/digest.ts'
import { familiarName } from '../../image/reference.ts'
import { isoTime } from '../../lib/clock.ts'
import type { PartOf } from '../../rollout/along.ts'
import { planRollout, type RolloutPlan } from '../../rollout/plan.ts'
import type { Definition, Rollout } from '../../rollout/rollout.ts'
import type { Override } from '../../store/store.ts'
import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { beforeWave } from '../groups/before-wave.ts'
import { planFollow } from '../sets/plan-follow.ts'
import { unwellBefore } from '../sets/unwell-before.ts'
import { mannerOf } from '../workloads/manner.ts'
import { runningDigest } from '../workloads/running-image.ts'
import { wantedImage } from '../workloads/wanted-image.ts'
import type { WatchableWorkload } from '../workloads/watched-workloads.ts'
import { started } from './record-step.ts'

/** What a rollout is part of. */
export interface BeginsAs {
  /** Group whose wave it joins; null for none. */
  readonly wave: string | null
  /** Why it begins, where neither its tag nor a person asked for it. */
  readonly because: string | null
  /** Whether it keeps its image and only follows a container that it uses; not where it is absent. */
  readonly follows?: boolean
  /** Ids of the workloads that have to follow it afterwards; none where it is absent. */
  readonly followedBy?: readonly string[]
  /** Ids of those that follow it and are not well now; of a part, of those that were not before. None where it is absent. */
  readonly unwell?: readonly string[]
  /** The rollout that brings it along; none where it is absent. */
  readonly partOf?: PartOf
}

/** Everything about a rollout of a workload to a digest, before it begins. */
export function draftRollout(
  app: Pick<App, 'newId' | 'clock'>,
  watched: WatchableWorkload,
  digest: Digest,
  definition: Definition | null,
  { follows = false, followedBy = [], unwell = [], partOf }: BeginsAs,
): Rollout {
  const { workload, settings, reference, target, tag } = watched
  const manner = mannerOf(workload, settings, target)
  const plan: RolloutPlan = {
    id: app.newId(),
    workload: workload.id,
    target: target.name,
    name: workload.name,
    oldInstance: workload.instance,
    procedure: manner.procedure,
    stopped: manner.stopped,
    ...(manner.ranBefore !== undefined && { ranBefore: manner.ranBefore }),
    removesItself: manner.removesItself,
    scale: workload.scale,
    image: wantedImage(workload.image, reference, tag, settings.writeDigest ? digest : null),
    fromReference: workload.image,
    definition,
    repository: familiarName(reference),
    tag,
    digest,
    fromDigest: runningDigest(workload, reference),
    fromImage: workload.imageId,
    tagBefore: null,
    order: manner.order,
    gate: settings.gate,
    restart: workload.restart,
    keepOldMs: settings.keepOldMs,
    keepImages: settings.keepImages,
    policy: watched.policy.spec.text,
    hooks: settings.hooks,
    dependants: workload.dependants ?? [],
    ...(workload.composed && { composed: workload.composed }),
    ...(followedBy.length > 0 && { followedBy }),
    ...unwellBefore(workload, { follows, unwell, ...(partOf && { partOf }) }),
    ...(partOf && { partOf }),
    createdAt: isoTime(app.clock),
  }
  return planRollout(follows ? planFollow(watched, plan) : plan)
}

/** J0: writes a draft down, with where its tag points now. */
export async function writeDown(
  app: App,
  target: Target,
  draft: Rollout,
  { wave, because, override }: Pick<BeginsAs, 'wave' | 'because'> & { readonly override: Override | null },
): Promise<Rollout> {
  const { tagImage } = await target.observe(draft, AbortSignal.timeout(60_000))
  const rollout = { ...draft, tagBefore: tagImage }
  await app.store.saveRollout(rollout, {
    journal: { rollout: rollout.id, step: 'J0', effect: 'planned', at: rollout.createdAt },
    history: started(rollout, override, because),
    ...(wave !== null && { wave, waveFrom: await beforeWave(app.store, wave, rollout, app.clock.now()) }),
  })
  await app.onJournal?.({ rollout: rollout.id, step: 'J0', effect: null, phase: 'before' })
  return rollout
}
