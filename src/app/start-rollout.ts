import { shortDigest, type Digest } from '../image/digest.ts'
import { familiarName } from '../image/reference.ts'
import { isoTime } from '../lib/clock.ts'
import { planRollout, type RolloutPlan } from '../rollout/plan.ts'
import type { Definition, Rollout } from '../rollout/rollout.ts'
import { isOf } from '../targets/target.ts'
import type { App } from './app.ts'
import { mannerOf, tellManner } from './manner.ts'
import { driveRollout } from './drive-rollout.ts'
import { beforeWave } from './groups/before-wave.ts'
import { started } from './record-step.ts'
import { runningDigest } from './running-image.ts'
import { makeRoom } from './sets/make-room.ts'
import { planFollow } from './sets/plan-follow.ts'
import { wantedImage } from './wanted-image.ts'
import type { WatchableWorkload } from './watched-workloads.ts'

/** What a rollout is part of. */
interface BeginsAs {
  /** Group whose wave it joins; null for none. */
  readonly wave: string | null
  /** Why it begins, where neither its tag nor a person asked for it. */
  readonly because: string | null
  /** Whether it keeps its image and only follows a container that it uses; not where it is absent. */
  readonly follows?: boolean
}

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
  { wave, because, follows = false }: BeginsAs = { wave: null, because: null },
): Promise<Rollout> {
  const { workload, settings, reference, target, tag } = watched
  const isRestart = follows && workload.follows?.how === 'restart'
  if (!isRestart) await removeKept(app, workload.id, stop)
  const manner = mannerOf(workload, settings, target)
  const plan: RolloutPlan = {
    id: app.newId(),
    workload: workload.id,
    target: target.name,
    name: workload.name,
    oldInstance: workload.instance,
    procedure: manner.procedure,
    stopped: manner.stopped,
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
    policy: settings.policy,
    hooks: settings.hooks,
    dependants: workload.dependants ?? [],
    createdAt: isoTime(app.clock),
  }
  const draft = planRollout(follows ? planFollow(watched, plan) : plan)
  const { tagImage } = await target.observe(draft, AbortSignal.timeout(60_000))
  const rollout = { ...draft, tagBefore: tagImage }
  const at = rollout.createdAt
  await app.store.saveRollout(rollout, {
    journal: { rollout: rollout.id, step: 'J0', effect: 'planned', at },
    history: started(rollout, watched.override, because),
    ...(wave !== null && { wave, waveFrom: await beforeWave(app.store, wave, rollout) }),
  })
  await app.onJournal?.({ rollout: rollout.id, step: 'J0', effect: null, phase: 'before' })
  const room = await makeRoom(app, rollout, workload)
  if (room !== null) return room
  app.log.info(
    { workload: workload.id, digest, order: rollout.order },
    `rolling out ${rollout.repository}:${tag} (${shortDigest(digest)}), ${tellManner(rollout)}`,
  )
  return driveRollout(app, target, rollout, stop)
}

/** The instance kept from the rollout before last goes now: its successor has proven itself and is what we go back to. */
async function removeKept(app: App, workload: string, stop: AbortSignal): Promise<void> {
  for (const rollout of await app.store.openRollouts()) {
    if (rollout.workload !== workload || rollout.stage !== 'kept') continue
    const target = app.targets.find((each) => isOf(each, rollout.workload))
    if (target) await driveRollout(app, target, { ...rollout, keepUntil: rollout.createdAt }, stop)
  }
}
