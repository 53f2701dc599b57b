import { bringBack, bringBackIfPossible, isPart } from '../along-steps.ts'
import { namesOf } from '../dependant.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { judge, startGate, type Gate } from '../gate.ts'
import { afterRollback, beforeRollback } from '../hook-steps.ts'
import { nextName, previousName } from '../names.ts'
import { networkLostCode } from '../network-lost-code.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  canTryFirst,
  change,
  didNotSucceed,
  effect,
  end,
  hasAttempted,
  hasTouchedOld,
  hasTried,
  isUp,
  must,
  needsHuman,
  timesFailed,
  triesMax,
  whyNot,
} from '../step.ts'
import type { Step } from '../step.ts'
import {
  armOldDependants,
  heldByStranger,
  releaseDependants,
  removeNewDependants,
  restoreDependants,
} from './dependants.ts'
import { nameDependantsAgain, renameDependantsBack, stopNewDependants } from './dependants-back.ts'
import { armNew, leaveArmed } from './leave-armed.ts'
import { restoreComposed, takeComposedAlong } from './composed.ts'
import { dependantOffNetworks, oldOffNetworks } from './off-networks.ts'
import { copyDependants, lackDependants, withoutLacking } from './copied-dependants.ts'
import { completeCopy, copyAgain, isCopyLeft } from './copied-old.ts'
import { needsCopy } from './removes-itself.ts'

/** R: the old version serves again, under its name, tag and restart policy; then our traces go. */
export function back(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old, new: fresh } = facts
  if (old === null) return withoutOld(rollout, facts, now)
  const copying = completeCopy(rollout, facts) ?? copyDependants(rollout, facts, canTryFirst)
  if (copying !== null) return copying
  const hook = beforeRollback(rollout, isUp(old) || (fresh !== null && isUp(fresh)), now)
  if (hook !== null) return hook
  const stopping = stopNewDependants(rollout, facts, now)
  if (stopping !== null) return stopping
  if (fresh !== null && isUp(fresh)) {
    if (canTry(rollout, 'stop-new', backTriesMax)) return effect(rollout, 'R', 'stop-new')
    return leaveArmed(rollout, facts, now, didNotSucceed(rollout, 'stop-new'))
  }
  const renaming = renameDependantsBack(rollout, facts)
  if (renaming !== null) return renaming
  if (heldByStranger(facts)) return leaveToStranger(rollout, facts, now)
  const naming = nameOld(rollout, facts)
  if (naming !== null && canTryFirst(rollout, naming)) return effect(rollout, 'R', naming)
  const isToArm = hasTouchedOld(rollout) && old.restart !== rollout.restart
  if (isToArm && canTryFirst(rollout, 'arm-old')) return effect(rollout, 'R', 'arm-old')
  if (hasTouchedOld(rollout)) {
    // What a part lives in is taken back after it: only then can it be made again, and run.
    const restoring = (isPart(rollout) ? armOldDependants : restoreSet)(rollout, facts, now)
    if (restoring !== null) return restoring
    const off = dependantOffNetworks(rollout, facts)
    if (off !== null && rollout.reason?.code !== networkLostCode)
      return change(rollout, 'R', { outcome: 'needs-human', reason: off })
  }
  // Under whichever name, and without its policy: that it serves matters more.
  if (isToArm) return must(rollout, 'arm-old', now, `docker update --restart ${rollout.restart} ${old.name}`)
  if (naming !== null && canTry(rollout, naming, backTriesMax)) return effect(rollout, 'R', naming)
  if (naming !== null) return needsHuman(rollout, now, withoutItsName(rollout, facts))
  const named = nameDependantsAgain(rollout, facts, now)
  if (named !== null) return named
  return tidyUp(rollout, facts) ?? afterRollback(rollout, now) ?? end(rollout, now)
}

/** The old version runs, and all that lives in it. Null when it does. */
function restoreSet(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  const { old } = facts
  if (old === null) return null
  // What did not run before is as it was.
  const set = isUp(old) || rollout.stopped !== null ? restorePlain(rollout, facts, now) : null
  if (set !== null) return set
  const step = rollout.stopped === null ? startOld(rollout, old, now) : null
  if (step !== null) return step
  const composed = isUp(old) ? restoreComposed(rollout, facts, now) : null
  return composed ?? bringBack(rollout, now) ?? lackDependants(rollout, facts, now)
}

/** The dependants run that can; the others do not keep them from that. Null when they do. */
const restorePlain = (rollout: Rollout, facts: ReplaceFacts, now: number): Step | null =>
  restoreDependants(rollout, withoutLacking(rollout, facts), now) ??
  copyDependants(rollout, facts, (each, kind) => canTry(each, kind, backTriesMax))

/** What has to be done next for the old version to have its name; null when it has. */
function nameOld(rollout: Rollout, { old, new: fresh }: ReplaceFacts): EffectKind | null {
  if (fresh !== null && fresh.name === rollout.name) return freesName(rollout)
  return old?.name === previousName(rollout.name) ? 'rename-old-back' : null
}

/** A name that a container is given while the engine removes it stays taken until the engine is restarted. */
const freesName = ({ removesItself }: Rollout): 'remove-new' | 'rename-new-back' =>
  removesItself ? 'remove-new' : 'rename-new-back'

/** Starts the old version and sees it stay up for a moment. Null when it does. */
function startOld(rollout: Rollout, old: InstanceFacts, now: number): Step | null {
  if (!isUp(old)) {
    if (!canTry(rollout, 'start-old', backTriesMax)) return needsHuman(rollout, now, oldDoesNotStart(rollout, old))
    return effect({ ...rollout, checkProgress: null }, 'R', 'start-old')
  }
  if (!old.connected) {
    if (timesFailed(rollout, 'connect-old') < triesMax && canTry(rollout, 'connect-old', backTriesMax))
      return effect(rollout, 'R', 'connect-old')
    // Afterwards nothing would tell what it was on: our own instance goes, and its settings are as it is.
    if (rollout.reason?.code !== networkLostCode)
      return change(rollout, 'R', {
        outcome: 'needs-human',
        reason: oldOffNetworks(rollout, whyNot(rollout, 'connect-old')),
      })
  }
  if (!hasTried(rollout, 'start-old')) return null
  if (rollout.checkProgress === null) return change(rollout, 'R', { checkProgress: startGate(now, old.startedAt) })
  const { progress, verdict } = judge(oldGate, rollout.checkProgress, { ...old, health: 'none' }, 'no', now)
  if (verdict.kind === 'pending')
    return { kind: 'wait', rollout: { ...rollout, checkProgress: progress }, ms: verdict.againMs }
  return null
}

/** The old version served before: it only has to stay up while we look. */
const oldGate: Gate = { stableMs: 0, minUptimeMs: 500, deadlineMs: 10_000, restartsMax: 0, probe: null }

/** What the old version does not wait for. An effect that keeps failing is left out: the workload serves. */
function tidyUp(rollout: Rollout, facts: ReplaceFacts): Step | null {
  const isTagMoved =
    hasAttempted(rollout, 'create') &&
    rollout.toImage !== null &&
    facts.tagImage === rollout.toImage &&
    !facts.isTagShared &&
    rollout.tagBefore !== rollout.toImage
  if (isTagMoved && canTry(rollout, 'tag-back', backTriesMax)) return effect(rollout, 'R', 'tag-back')
  if (isCopyLeft(rollout, facts) && canTry(rollout, 'remove-copy', backTriesMax))
    return effect(rollout, 'R', 'remove-copy')
  const dependants = removeNewDependants(rollout, facts)
  if (dependants !== null) return dependants
  if (facts.new !== null && canTry(rollout, 'remove-new', backTriesMax)) return effect(rollout, 'R', 'remove-new')
  return null
}

/** Somebody made another instance under the workload's name: theirs serves, and ours would fight it for ports. */
function leaveToStranger(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { name, dependants } = rollout
  const left = dependants.length === 0 ? '' : `, so ${namesOf(dependants)} may have to be made anew with that one`
  const sentence = `another container was created as ${name} meanwhile${left}`
  return (
    releaseDependants(rollout, facts) ??
    takeComposedAlong(rollout, facts) ??
    bringBackIfPossible(rollout) ??
    tidyUp(rollout, facts) ??
    end(rollout, now, { outcome: 'superseded', reason: { code: 'REPLACED_BY_HAND', sentence } })
  )
}

/** The old instance is gone by somebody else's hand: where it cannot be made again, there is nothing to go back to. */
function withoutOld(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { new: fresh } = facts
  const copying = heldByStranger(facts) ? null : copyAgain(rollout, facts)
  if (copying === 'failed' && needsCopy(rollout)) return needsHuman(rollout, now, copyDoesNotStay(rollout))
  if (copying !== null && copying !== 'failed') return copying
  if (!hasTouchedOld(rollout) || fresh === null || heldByStranger(facts)) {
    const stopping = stopNewDependants(rollout, facts, now)
    if (stopping !== null) return stopping
    if (fresh !== null && isUp(fresh)) return must(rollout, 'stop-new', now, `docker rm --force ${fresh.name}`)
    const releasing = renameDependantsBack(rollout, facts) ?? releaseDependants(rollout, facts)
    const along = heldByStranger(facts) ? takeComposedAlong(rollout, facts) : null
    return releasing ?? along ?? tidyUp(rollout, facts) ?? end(rollout, now, { outcome: 'superseded' })
  }
  if (fresh.name !== rollout.name && canTry(rollout, 'rename-new')) return effect(rollout, 'R', 'rename-new')
  return armNew(rollout, facts) ?? needsHuman(rollout, now, notMadeAgain(rollout, facts))
}

function notMadeAgain(rollout: Rollout, { new: fresh }: ReplaceFacts): string {
  const { name, reason, fromReference, dependants } = rollout
  const why = reason === null ? '' : ` (${reason.sentence})`
  const command = `docker rm --force ${fresh?.name ?? name}`
  const set = dependants.length === 0 ? '' : `, and ${namesOf(dependants)} with it`
  return `the old version was removed meanwhile${whyNot(rollout, 'copy-old')}, and the new one is not good${why}; make it anew from ${fromReference}${set}, after: ${command}`
}

const copyDoesNotStay = ({ fromReference }: Rollout): string =>
  `the old version, which removed itself, could not be brought back; make it anew from ${fromReference}`

function withoutItsName({ name, lastFailure }: Rollout, { new: fresh }: ReplaceFacts): string {
  const isTold = lastFailure?.effect === 'rename-old-back' || lastFailure?.effect === 'rename-new-back'
  const why = isTold ? ` (${lastFailure.sentence})` : ''
  const left = previousName(name)
  const first = fresh?.name === name ? `docker rename ${name} ${nextName(name)} && ` : ''
  return `the old version is back as ${left}, since its name could not be had${why}; try: ${first}docker rename ${left} ${name}`
}

function oldDoesNotStart(rollout: Rollout, { name }: InstanceFacts): string {
  return `the old version could not be started again${whyNot(rollout, 'start-old')}; try: docker start ${name}`
}
