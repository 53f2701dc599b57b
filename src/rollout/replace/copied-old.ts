import type { ReplaceFacts } from '../facts.ts'
import { previousName } from '../names.ts'
import type { Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  canTryFirst,
  effect,
  hasAttempted,
  hasTouchedOld,
  isUp,
  timesFailed,
  type Step,
} from '../step.ts'
import { needsCopy } from './removes-itself.ts'

/**
 * The facts with the copy in the place of the old version, once we touched that and it is gone: the copy is what the way
 * back leads to. The same of its dependants, which have one only where that is so.
 */
export function withCopy(rollout: Rollout, facts: ReplaceFacts): ReplaceFacts {
  const { old, copy = null } = facts
  if (!hasTouchedOld(rollout)) return facts
  // What removes itself is waited for on the way forward; on the way back whoever cannot be started is no help.
  const isGone = old === null || (needsCopy(rollout) && rollout.stage !== 'forward' && !isUp(old))
  return {
    ...facts,
    ...(copy !== null && isGone && { old: copy }),
    ...(facts.dependants && {
      dependants: facts.dependants.map((each) => (each.copy == null ? each : { ...each, old: each.copy })),
    }),
  }
}

/**
 * R: the old version is gone, as after a restart of the engine where it removed itself, or since somebody cleared away
 * what does not run. It is made again from what was captured. Null where that is not ours to do.
 */
export function copyAgain(rollout: Rollout, facts: ReplaceFacts): Step | 'failed' | null {
  if (!hasTouchedOld(rollout)) return null
  const kind = needsCopy(rollout) ? copyInPlace(rollout, facts) : copyBeside(rollout, facts)
  if (kind === null || kind === 'failed') return kind
  return canTry(rollout, kind, backTriesMax) ? effect(rollout, 'R', kind) : 'failed'
}

/** The new one keeps the name for as long as the engine removes it, so it has to be gone first. */
function copyInPlace(
  rollout: Rollout,
  { new: fresh }: ReplaceFacts,
): 'copy-old' | 'stop-new' | 'remove-new' | 'failed' {
  // It was started, and did not last: a copy of it would not either.
  if (hasAttempted(rollout, 'start-old')) return 'failed'
  return fresh === null ? 'copy-old' : isUp(fresh) ? 'stop-new' : 'remove-new'
}

/**
 * Before the new one is touched: until the copy has its volumes, that one alone keeps them from being cleared away too.
 * Without either version it was a person who removed the workload. What only follows another lived itself in what is not
 * there any more: to that a copy is no way back.
 */
function copyBeside(rollout: Rollout, { new: fresh }: ReplaceFacts): 'copy-old' | 'arm-new' | null {
  if (fresh === null || rollout.follows !== null) return null
  // What holds the copy up may last, and a restart of the machine come first: until then this is what serves.
  const isToArm = timesFailed(rollout, 'copy-old') > 0 && isUp(fresh) && fresh.restart !== rollout.restart
  return isToArm && canTry(rollout, 'arm-new') ? 'arm-new' : 'copy-old'
}

/** R: the copy as a kill of ours may have left it, which another `copy-old` completes. Null when it is whole. */
export function completeCopy(rollout: Rollout, { old, copy }: ReplaceFacts): Step | null {
  if (copy == null || copy.id !== old?.id || copy.status !== 'created') return null
  const isWhole = copy.connected && copy.image === rollout.fromImage
  return isWhole || !canTryFirst(rollout, 'copy-old') ? null : effect(rollout, 'R', 'copy-old')
}

/** Whether there is a copy that nothing goes back to. */
export const isCopyLeft = (rollout: Rollout, { old, copy }: ReplaceFacts): boolean =>
  copy != null && copy.id !== old?.id && !isUp(copy) && copy.name === previousName(rollout.name)
