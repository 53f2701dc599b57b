import { AppError } from '../../errors.ts'
import { isComposeEffect, type ComposeEffect, type EffectKind, type Rollout } from '../../rollout/rollout.ts'
import { protect, pull, tagBack } from '../engine/apply-image.ts'
import type { ApplyContext } from '../target.ts'
import { edit, editBack } from './apply-edit.ts'
import { moveTag, tagOld } from './apply-tags.ts'
import { add, removeOne, up, upOld } from './apply-up.ts'
import type { ComposeDeps } from './compose-deps.ts'

type Effect = (deps: ComposeDeps, rollout: Rollout, context: ApplyContext) => Promise<void>

const effects: Readonly<Record<ComposeEffect, Effect>> = {
  pull,
  protect,
  // Its result goes to the state, so it is `capture` of the target.
  capture: () => Promise.resolve(),
  'tag-back': tagBack,
  edit,
  'move-tag': moveTag,
  up,
  add,
  'remove-one': removeOne,
  'edit-back': editBack,
  'tag-old': tagOld,
  'up-old': upOld,
}

/** Brings one effect about; twice is the same as once. */
export async function apply(
  deps: ComposeDeps,
  rollout: Rollout,
  effect: EffectKind,
  context: ApplyContext,
): Promise<void> {
  if (!isComposeEffect(effect)) throw new AppError('INTERNAL', `a Compose service has no ${effect}`)
  return effects[effect](deps, rollout, context)
}
