import { hookMoments, hookOutcomes, type Hook, type HookResult, type Hooks } from '../../rollout/hooks.ts'
import type { Check } from './shape.ts'
import { isNumber, isText, listOf, objectOf, oneOf, orNull } from './shape.ts'

const isHook = objectOf<Hook>({
  name: isText,
  place: oneOf(['inside', 'here']),
  command: listOf(isText),
  user: orNull(isText),
  instances: oneOf(['first', 'every']),
  timeoutMs: isNumber,
  onFailure: oneOf(['stop', 'continue', 'rollback']),
  whenDown: oneOf(['skip', 'run']),
})

export const isHooks: Check<Hooks> = objectOf<Hooks>({
  beforeRollout: listOf(isHook),
  afterRollout: listOf(isHook),
  beforeRollback: listOf(isHook),
  afterRollback: listOf(isHook),
})

export const isHookResult: Check<HookResult> = objectOf<HookResult>({
  moment: oneOf(hookMoments),
  name: isText,
  outcome: oneOf(hookOutcomes),
  exitCode: orNull(isNumber),
  sentence: isText,
  output: isText,
  at: isText,
})
