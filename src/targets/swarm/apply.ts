import { AppError } from '../../errors.ts'
import type { Service } from '../../clients/docker/services.ts'
import type { EffectKind, Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { candidateImage, formerImage } from './observe.ts'
import { platformsFor, platformsOf, withPlatforms } from './placement.ts'
import { readSnapshot } from './snapshot.ts'
import { isSameImage, withImage } from './spec.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** What of a manager it takes. */
interface SwarmWriting {
  readonly engine: Pick<SwarmDeps['engine'], 'inspectService' | 'updateService' | 'rollBackService' | 'imagePlatforms'>
}

/** Brings one effect about; twice is the same as once. */
export async function apply(
  deps: SwarmWriting,
  rollout: Rollout,
  effect: EffectKind,
  context: ApplyContext,
): Promise<void> {
  if (effect === 'update-service') {
    const [from, to] = [formerImage(rollout), candidateImage(rollout)]
    const platforms = (service: Service) => platformsFor(deps, service, to, context)
    return tell(deps, rollout, { from, to, platforms, isBack: false }, context)
  }
  if (effect === 'revert-service') {
    const before = readSnapshot(context.snapshot)
    const to = before?.image ?? formerImage(rollout)
    const platforms = async () => before && platformsOf(before.spec)
    return tell(deps, rollout, { from: candidateImage(rollout), to, platforms, isBack: true }, context)
  }
  throw new AppError('INTERNAL', `a Swarm service has no ${effect}`)
}

interface Change {
  readonly from: string
  readonly to: string
  /** Those that it is to be kept to; null where that stays as it is. */
  readonly platforms: (service: Service) => Promise<readonly unknown[] | null>
  readonly isBack: boolean
}

/** One update on top of another would take the place of what it was about. */
const isUnderWay = ({ update }: Service): boolean =>
  update?.state === 'updating' || update?.state === 'rollback_started'

/**
 * Tells a service to run another image, as long as it says what we left it with. Its version is that of the same look,
 * so whoever writes between the two has the last word. The way back goes by the rollback settings of its owner while the
 * Swarm still knows what was before: by those for updates it could take our way back for one that failed.
 */
async function tell(
  { engine }: SwarmWriting,
  rollout: Rollout,
  { from, to, platforms, isBack }: Change,
  { signal, pullAuth }: ApplyContext,
): Promise<void> {
  const service = await engine.inspectService(rollout.oldInstance, signal)
  if (service === null) throw new AppError('TARGET_NOT_FOUND', `the service ${rollout.name} is gone`)
  if (isSameImage(service.image, to)) {
    // One that its Swarm paused goes on when it is told the same again.
    const isHalted = service.update?.state === 'paused' || service.update?.state === 'rollback_paused'
    return isHalted ? engine.updateService(service, service.spec, pullAuth ?? null, signal) : undefined
  }
  if (!isSameImage(service.image, from)) {
    throw new AppError('TARGET_CONFLICT', `the service ${rollout.name} was told to run ${service.image} meanwhile`)
  }
  if (isBack && isSameImage(service.previousImage ?? '', to)) return engine.rollBackService(service, signal)
  if (!isBack && isUnderWay(service)) {
    throw new AppError('TARGET_CONFLICT', `somebody else began an update of the service ${rollout.name}`)
  }
  const spec = withPlatforms(withImage(service, to), await platforms(service))
  await engine.updateService(service, spec, pullAuth ?? null, signal)
}
