import { alongEffects } from './along.ts'
import { hookEffects } from './hooks.ts'

/** What the target can be told to do, one engine operation (or an idempotent few) each. */
const sharedEffects = ['pull', 'protect', 'capture', 'tag-back'] as const
const replaceEffects = [
  'copy-old',
  'create',
  'withdraw-old',
  'disarm-old',
  'stop-old',
  'rename-old',
  'rename-new',
  'start-new',
  'restart-new',
  'connect-new',
  'arm-new',
  'stop-new',
  'rename-new-back',
  'rename-old-back',
  'connect-old',
  'arm-old',
  'start-old',
  'remove-new',
  'remove-old',
  'remove-copy',
  'copy-old-dependants',
  'create-dependants',
  'disarm-dependants',
  'stop-dependants',
  'rename-dependants',
  'start-dependants',
  'arm-dependants',
  'stop-new-dependants',
  'rename-dependants-back',
  'arm-old-dependants',
  'start-old-dependants',
  'remove-new-dependants',
  'remove-old-dependants',
  'restart-old',
  'up-dependants',
  'up-old-dependants',
] as const
const composeEffects = ['edit', 'move-tag', 'up', 'add', 'remove-one', 'edit-back', 'tag-old', 'up-old'] as const
const serviceEffects = ['update-service', 'revert-service'] as const
export const effectKinds = [
  ...sharedEffects,
  ...replaceEffects,
  ...composeEffects,
  ...serviceEffects,
  ...hookEffects,
  ...alongEffects,
] as const
export type EffectKind = (typeof effectKinds)[number]
export type ReplaceEffect = (typeof sharedEffects)[number] | (typeof replaceEffects)[number]
export type ComposeEffect = (typeof sharedEffects)[number] | (typeof composeEffects)[number]

/** Whether an effect is one that rollouts of this procedure ask for. */
export const isReplaceEffect = (kind: EffectKind): kind is ReplaceEffect =>
  !isAmong([...composeEffects, ...serviceEffects], kind) && !isAmong(ours, kind)
export const isComposeEffect = (kind: EffectKind): kind is ComposeEffect =>
  !isAmong([...replaceEffects, ...serviceEffects], kind) && !isAmong(ours, kind)

/** Brought about without their target. */
const ours = [...hookEffects, ...alongEffects] as const

const isAmong = (kinds: readonly EffectKind[], kind: EffectKind): boolean => kinds.includes(kind)
