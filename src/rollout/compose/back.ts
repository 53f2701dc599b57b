import { bringBack } from '../along-steps.ts'
import { commandBack } from '../command-back.ts'
import type { ComposeFacts, Reason } from '../facts.ts'
import { judge, startGate, type Gate } from '../gate.ts'
import { afterRollback, beforeRollback } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import {
  backTriesMax,
  canTry,
  canTryFirst,
  change,
  effect,
  end,
  hasAttempted,
  hasCompleted,
  hasStarted,
  hasTouchedOld,
  hasTried,
  isUp,
  needsHuman,
  whyNot,
  type Step,
} from '../step.ts'
import { editedByHand, removedByHand, replacedByHand } from './by-hand.ts'
import { needsEdit } from './edit.ts'
import { hasFollowed, isAsMeant } from './follower.ts'
import { leftBeside } from './left-beside.ts'
import { isAllStopped } from './ran-before.ts'
import { runsAsBefore, runsMore } from './stopped.ts'

/** R: file and tag say the old version again, and another `up` brings it back; then our traces go. */
export function back(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  if (isTakenUp(rollout, facts) || isLeftToThem(rollout, facts))
    return end(rollout, now, { outcome: 'superseded', reason: replacedByHand })
  const hook = beforeRollback(rollout, [...facts.olds, ...facts.news].some(isUp), now)
  if (hook !== null) return hook
  const isOurEdit = needsEdit(rollout) && facts.definition === 'after'
  // Another `up` brings the old version back from a copy of the file, too, and that it serves matters more.
  if (isOurEdit && canTryFirst(rollout, 'edit-back')) return effect(rollout, 'R', 'edit-back')
  const isGone = isGoneByHand(rollout, facts)
  const isOurs = hasTouchedOld(rollout) || (hasWritten(rollout) && isReplacedByHand(rollout, facts))
  const step = isOurs && !isGone ? (serveOld(rollout, facts, now) ?? bringBack(rollout, now)) : null
  if (step !== null) return step
  if (isTagOurs(rollout, facts) && canTry(rollout, 'tag-back', backTriesMax)) return effect(rollout, 'R', 'tag-back')
  if (isOurEdit && canTry(rollout, 'edit-back', backTriesMax)) return effect(rollout, 'R', 'edit-back')
  if (isOurEdit) return needsHuman(rollout, now, notPutBack(rollout))
  if (isGone) return end(rollout, now, { outcome: 'superseded', reason: removedByHand })
  const hookAfter = afterRollback(rollout, now)
  if (hookAfter !== null) return hookAfter
  return end(rollout, now, facts.definition === 'other' ? { reason: withEdit(rollout) } : {})
}

/** The old version runs as many times as before, and stays up for a moment, or is left as it was. Null when it does. */
function serveOld(rollout: Rollout, facts: ComposeFacts, now: number): Step | null {
  const { olds, news, followers, fromTagImage, isHalfMade = false } = facts
  const areFollowersUp = followers.every((each) => hasFollowed(each) && isAsMeant(each))
  const isServed = news.length === 0 && olds.length >= rollout.scale && runsAsBefore(rollout, olds) && areFollowersUp
  // What does not run tells by its name alone that it was made to its end; what somebody started is left as it is.
  if (!isServed || (rollout.stopped !== null && isHalfMade && !runsMore(rollout, olds))) {
    // Compose takes the image that the tag names, so that has to be the old one until it runs.
    if (fromTagImage !== rollout.fromImage && canTryFirst(rollout, 'tag-old')) return effect(rollout, 'R', 'tag-old')
    if (!canTry(rollout, 'up-old', backTriesMax)) {
      return needsHuman(rollout, now, leftBeside(rollout, facts) ?? notServed(rollout, facts))
    }
    return effect({ ...rollout, checkProgress: null }, 'R', 'up-old')
  }
  const first = olds.find(isUp)
  if (!hasTried(rollout, 'up-old')) return null
  if (rollout.checkProgress === null)
    return change(rollout, 'R', { checkProgress: startGate(now, first?.startedAt ?? null) })
  if (first === undefined || isAllStopped(rollout)) return null
  const { progress, verdict } = judge(oldGate, rollout.checkProgress, { ...first, health: 'none' }, 'no', now)
  if (verdict.kind !== 'pending') return null
  return { kind: 'wait', rollout: { ...rollout, checkProgress: progress }, ms: verdict.againMs }
}

/** The old version served before: it only has to stay up while we look. */
const oldGate: Gate = { stableMs: 0, minUptimeMs: 500, deadlineMs: 10_000, restartsMax: 0, probe: null }

const hasWritten = (rollout: Rollout): boolean => hasAttempted(rollout, 'edit') || hasAttempted(rollout, 'move-tag')

/** Somebody's own `up` came before ours. */
const isReplacedByHand = (rollout: Rollout, { olds, news }: ComposeFacts): boolean =>
  !hasTouchedOld(rollout) && olds.length === 0 && news.length > 0

/**
 * That took what we had written, and it runs: file and tag say what runs, and putting them back would have the next
 * `up` replace it. Where it does not run, or we were already putting them back, we brought them into this.
 */
const isTakenUp = (rollout: Rollout, facts: ComposeFacts): boolean =>
  isReplacedByHand(rollout, facts) &&
  !hasAttempted(rollout, 'edit-back') &&
  !hasAttempted(rollout, 'tag-back') &&
  facts.news.every((each) => isUp(each) || (hasStarted(each) && hasCompleted(rollout, each)))

/** One more of theirs could not be started: going back would take from them those that run. */
const isLeftToThem = ({ reason }: Rollout, { olds, strangers }: ComposeFacts): boolean =>
  reason?.code === replacedByHand.code && olds.some(({ id }) => strangers.includes(id))

/**
 * Compose removes nothing before its successor is created, so whoever took the whole service down meant it: on the way
 * forward, or after the old version was seen to serve. In between it may be our own `up` that failed.
 */
const isGoneByHand = ({ reason, checkProgress }: Rollout, { olds, news }: ComposeFacts): boolean =>
  olds.length + news.length === 0 && (reason?.code === removedByHand.code || checkProgress !== null)

/** The tag still names the candidate, because of us, and did not before. */
function isTagOurs(rollout: Rollout, { tagImage, isTagShared }: ComposeFacts): boolean {
  const { toImage, tagBefore } = rollout
  const isLeft = toImage !== null && tagImage === toImage && tagBefore !== toImage && !isTagShared
  return isLeft && hasAttempted(rollout, 'move-tag')
}

/** Whoever edited the files meanwhile has to know that they do not say what serves. */
function withEdit({ reason, definition, attempted }: Rollout): Reason | null {
  if (reason === null || reason.code === editedByHand.code) return reason
  const edit = attempted.includes('edit') ? definition?.edit : null
  const named = edit ? `; ${edit.path} may still name ${edit.to}` : ''
  const edited = `the files were edited meanwhile and left as they are${named}`
  return { ...reason, sentence: `${reason.sentence}; ${edited}: look before the next docker compose up` }
}

function notServed(rollout: Rollout, { definition }: ComposeFacts): string {
  const { fromReference, definition: planned } = rollout
  const edit = definition === 'after' ? planned?.edit : null
  // As it is, the file would have the new version made again.
  const first = edit ? `${edit.path} line ${edit.line} names ${edit.from} again, that ` : ''
  return `the old version could not be brought back${whyNot(rollout, 'up-old')}; see that ${first}${fromReference} is there and run: ${commandBack(rollout)}`
}

function notPutBack({ definition }: Rollout): string {
  const edit = definition?.edit
  return `the old version serves, but ${edit?.path} line ${edit?.line} could not be put back from ${edit?.to} to ${edit?.from}`
}
