import { AppError } from '../../errors.ts'
import { isReplaceEffect, type EffectKind, type ReplaceEffect, type Rollout } from '../../rollout/rollout.ts'
import type { ApplyContext } from '../target.ts'
import { create } from './apply-create.ts'
import { copyOld, removeCopy } from './copy-old.ts'
import { createEnsured } from './ensured/create-ensured.ts'
import { protect, pull, tagBack } from '../engine/apply-image.ts'
import { renameNew, renameNewBack, renameOld, renameOldBack } from './apply-names.ts'
import { connectNew, connectOld } from './apply-networks.ts'
import { removeNew, removeOld } from './apply-remove.ts'
import { armNew, armOld, disarmOld, startNew, startOld, stopNew, stopOld } from './apply-run.ts'
import { withdrawOld } from './apply-withdraw.ts'
import type { DockerDeps } from './docker-deps.ts'
import { upDependants, upOldDependants } from './sets/apply-composed.ts'
import { copyOldDependants } from './sets/copy-dependants.ts'
import { createDependants, removeNewDependants, removeOldDependants } from './sets/apply-make.ts'
import * as set from './sets/apply-run.ts'

type Effect = (deps: DockerDeps, rollout: Rollout, context: ApplyContext) => Promise<void>

const effects: Readonly<Record<ReplaceEffect, Effect>> = {
  pull,
  protect,
  // Its result goes to the state, so it is `capture` of the target.
  capture: () => Promise.resolve(),
  'copy-old': copyOld,
  create: (deps, rollout, context) =>
    rollout.procedure === 'create' ? createEnsured(deps, rollout, context) : create(deps, rollout, context),
  'withdraw-old': withdrawOld,
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
  'remove-copy': removeCopy,
  'copy-old-dependants': copyOldDependants,
  'create-dependants': createDependants,
  'disarm-dependants': set.disarmDependants,
  'stop-dependants': set.stopDependants,
  'rename-dependants': set.renameDependants,
  'start-dependants': set.startDependants,
  'arm-dependants': set.armDependants,
  'stop-new-dependants': set.stopNewDependants,
  'rename-dependants-back': set.renameDependantsBack,
  'arm-old-dependants': set.armOldDependants,
  'start-old-dependants': set.startOldDependants,
  'remove-new-dependants': removeNewDependants,
  'remove-old-dependants': removeOldDependants,
  'restart-old': set.restartOld,
  'up-dependants': upDependants,
  'up-old-dependants': upOldDependants,
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
