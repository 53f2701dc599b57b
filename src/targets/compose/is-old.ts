import type { Rollout } from '../../rollout/rollout.ts'
import type { Member } from './services.ts'

/** Whether an instance is not the candidate's: where only the tag changes, what it was made from tells. */
export const isOld = (
  { container }: Member,
  { toImage, fromReference, image }: Pick<Rollout, 'toImage' | 'fromReference' | 'image'>,
): boolean => container.Image !== toImage || (image !== fromReference && container.Config.Image === fromReference)
