import { shortDigest, type Digest } from '../image/digest.ts'
import { familiarName } from '../image/reference.ts'
import { isoTime } from '../lib/clock.ts'
import { planRollout } from '../rollout/plan.ts'
import type { Definition, Rollout } from '../rollout/rollout.ts'
import { isOf } from '../targets/target.ts'
import type { App } from './app.ts'
import { driveRollout } from './drive-rollout.ts'
import { started } from './record-step.ts'
import { runningDigest } from './running-image.ts'
import { wantedImage } from './wanted-image.ts'
import type { WatchableWorkload } from './watched-workloads.ts'

/**
 * Plans a rollout of a workload to a digest, writes it down (J0), and drives it to its rest.
 * @param definition what its decision found that has to be edited
 */
export async function startRollout(
  app: App,
  watched: WatchableWorkload,
  digest: Digest,
  definition: Definition | null,
  stop: AbortSignal,
): Promise<Rollout> {
  const { workload, settings, reference, target, tag } = watched
  await removeKept(app, workload.id, stop)
  const draft = planRollout({
    id: app.newId(),
    workload: workload.id,
    target: target.name,
    name: workload.name,
    oldInstance: workload.instance,
    procedure: target.procedure,
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
    order: settings.order === 'auto' ? workload.suggestedOrder.order : settings.order,
    gate: settings.gate,
    restart: workload.restart,
    keepOldMs: settings.keepOldMs,
    keepImages: settings.keepImages,
    policy: settings.policy,
    createdAt: isoTime(app.clock),
  })
  const { tagImage } = await target.observe(draft, AbortSignal.timeout(60_000))
  const rollout = { ...draft, tagBefore: tagImage }
  const at = rollout.createdAt
  await app.store.saveRollout(rollout, {
    journal: { rollout: rollout.id, step: 'J0', effect: 'planned', at },
    history: started(rollout, watched.override),
  })
  await app.onJournal?.({ rollout: rollout.id, step: 'J0', effect: null, phase: 'before' })
  app.log.info(
    { workload: workload.id, digest, order: rollout.order },
    `rolling out ${rollout.repository}:${tag} (${shortDigest(digest)}), ${rollout.order}`,
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
