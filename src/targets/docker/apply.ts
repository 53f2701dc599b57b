import { AppError } from '../../errors.ts'
import { isReplaceEffect, type EffectKind, type ReplaceEffect, type Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { create } from './apply-create.ts'
import { protect, pull, tagBack } from '../engine/apply-image.ts'
import { renameNew, renameNewBack, renameOld, renameOldBack } from './apply-names.ts'
import { connectNew, connectOld } from './apply-networks.ts'
import { removeNew, removeOld } from './apply-remove.ts'
import { armNew, armOld, disarmOld, startNew, startOld, stopNew, stopOld } from './apply-run.ts'
import type { DockerDeps } from './docker-deps.ts'

type Effect = (deps: DockerDeps, rollout: Rollout, context: ApplyContext) => Promise<void>

const effects: Readonly<Record<ReplaceEffect, Effect>> = {
  pull,
  protect,
  // Its result goes to the state, so it is `capture` of the target.
  capture: () => Promise.resolve(),
  create,
  'disarm-old': disarmOld,
  'stop-old': stopOld,
  'rename-old': renameOld,
  'rename-new': renameNew,
  'start-new': startNew,
  'restart-new': startNew,
  'connect-new': connectNew,
  'arm-new': armNew,
  'stop-new': stopNew,
  'rename-new-back': renameNewBack,
  'rename-old-back': renameOldBack,
  'connect-old': connectOld,
  'tag-back': tagBack,
  'arm-old': armOld,
  'start-old': startOld,
  'remove-new': removeNew,
  'remove-old': removeOld,
}

/** Brings one effect about; twice is the same as once. */
export async function apply(
  deps: DockerDeps,
  rollout: Rollout,
  effect: EffectKind,
  context: ApplyContext,
): Promise<void> {
  if (!isReplaceEffect(effect)) throw new AppError('INTERNAL', `a container has no ${effect}`)
  return effects[effect](deps, rollout, context)
}
