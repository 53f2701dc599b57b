import type { InstanceFacts, Reason, ReplaceFacts } from '../facts.ts'
import { afterRollout, beforeRollback, beforeRollout } from '../hook-steps.ts'
import { passGate } from '../replace/forward.ts'
import { startAgain } from '../replace/passed.ts'
import type { Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  change,
  effect,
  end,
  goBack,
  hasAttempted,
  hasCompleted,
  hasStarted,
  isUp,
  needsHuman,
  timesAttempted,
  triesMax,
  type Step,
} from '../step.ts'

/** The first difference of a rollout that makes an instance where there is none. */
export function create(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  switch (rollout.stage) {
    case 'forward':
      return forward(rollout, facts, now)
    case 'passed':
      return passed(rollout, facts, now)
    case 'back':
      return back(rollout, facts, now)
    case 'kept':
    case 'ended':
      return change(rollout, rollout.step, { stage: 'ended' })
  }
}

/** J1 to the verdict of the gate. It is made under the workload's own name, so that the engine refuses a second (I3). */
function forward(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { new: fresh, nameHolder } = facts
  if (nameHolder !== null && nameHolder !== fresh?.id) return goBack(rollout, 'superseded', madeByHand)
  if (fresh !== null && hasStarted(fresh)) return passGate(rollout, facts, fresh, now)
  if (facts.candidateImage === null) return effect(rollout, 'J1', 'pull')
  if (facts.candidateImage !== rollout.toImage) return change(rollout, 'J1', { toImage: facts.candidateImage })
  if (fresh !== null) return beforeRollout(rollout, now) ?? effect(rollout, 'J6', 'start-new')
  if (hasAttempted(rollout, 'start-new') || timesAttempted(rollout, 'create') >= triesMax) {
    return goBack(rollout, 'superseded', removedByHand)
  }
  return effect(rollout, 'J3', 'create')
}

/** It has proven itself, and gets the restart policy that was written for it. */
function passed(rollout: Rollout, { new: fresh }: ReplaceFacts, now: number): Step {
  if (fresh === null) return end(rollout, now, { outcome: 'superseded', reason: removedByHand })
  if (!isUp(fresh) && !hasCompleted(rollout, fresh)) return startAgain(rollout, fresh, now)
  if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
  return (
    afterRollout(rollout, now) ??
    change(rollout, 'J8', { stage: 'ended', outcome: 'succeeded', endedAt: new Date(now).toISOString() })
  )
}

/** R: what was made goes again, so that the workload is as it was: absent. */
function back(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { new: fresh } = facts
  if (fresh !== null && hasStarted(fresh) && !hasAttempted(rollout, 'create')) return leaveFound(rollout, now)
  const hook = beforeRollback(rollout, fresh !== null && isUp(fresh), now)
  if (hook !== null) return hook
  if (fresh !== null && isUp(fresh)) return must(rollout, fresh, 'stop-new', now)
  if (fresh !== null) return must(rollout, fresh, 'remove-new', now)
  const isTagMoved = facts.tagImage === rollout.toImage && rollout.tagBefore !== rollout.toImage
  if (hasAttempted(rollout, 'create') && rollout.toImage !== null && isTagMoved && !facts.isTagShared) {
    if (timesAttempted(rollout, 'tag-back') < triesMax) return effect(rollout, 'R', 'tag-back')
  }
  return end(rollout, now)
}

/** Taken up by its labels alone: nobody knows for how long it has run, and what it has written since. */
function leaveFound(rollout: Rollout, now: number): Step {
  const why = rollout.reason?.sentence ?? 'it is not good'
  return needsHuman(rollout, now, `the state of its rollout was lost, and ${why}; look at: docker logs ${rollout.name}`)
}

function must(rollout: Rollout, { name }: InstanceFacts, kind: 'stop-new' | 'remove-new', now: number): Step {
  if (canTry(rollout, kind, backTriesMax)) return effect(rollout, 'R', kind)
  const verb = kind === 'stop-new' ? 'stopped' : 'removed'
  return needsHuman(rollout, now, `it failed and could not be ${verb}; try: docker rm --force ${name}`)
}

const madeByHand: Reason = {
  code: 'CREATED_BY_HAND',
  sentence: 'somebody else made a container of that name meanwhile',
}
const removedByHand: Reason = { code: 'REMOVED_BY_HAND', sentence: 'it was removed again meanwhile' }
