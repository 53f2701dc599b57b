import type { ComposeFacts, InstanceFacts } from '../facts.ts'
import { judge, startGate } from '../gate.ts'
import { isLeftStopped, leftStopped, startedMeanwhile } from '../left-stopped.ts'
import type { Rollout } from '../rollout.ts'
import {
  change,
  effect,
  end,
  goBack,
  hasCompleted,
  hasStarted,
  isUp,
  timesAttempted,
  triesMax,
  type Step,
} from '../step.ts'
import { stoppedAtGate } from '../stopped-at-gate.ts'
import { editedByHand, removedByHand, replacedByHand } from './by-hand.ts'
import { needsEdit } from './edit.ts'
import { hasFollowed, isAsMeant } from './follower.ts'
import { mostBeside } from './most-beside.ts'
import { isAllStopped } from './ran-before.ts'
import { wasStarted } from './stopped.ts'

/** J4 to the verdict of the gate: instances are exchanged, all at once or one by one, and each proves itself. */
export function roll(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  const { olds, news } = facts
  if (olds.length + news.length === 0) return goBack(rollout, 'superseded', removedByHand)
  // Somebody's own `up` made something else of it: going on, and going back, would both take that from them.
  const isTheirs = olds.some(({ id }) => facts.strangers.includes(id))
  if (isTheirs && hasTakenOne(rollout, facts)) return effect({ ...rollout, reason: replacedByHand }, 'J4', 'add')
  if (isTheirs) return end(rollout, now, { outcome: 'superseded', reason: replacedByHand })
  if (wasStarted(rollout, facts)) return goBack(rollout, 'superseded', startedMeanwhile)
  const ended = news.find((each) => rollout.proven.includes(each.id) && !isUp(each) && !hasCompleted(rollout, each))
  if (ended?.stoppedByHand === true) return respectStop(rollout, facts, ended, now)
  if (ended !== undefined) return failed(rollout, `it passed its gate and then ended with exit code ${ended.exitCode}`)
  if (isLeftStopped(rollout)) return remakeStopped(rollout, facts, now)
  return isOneByOne(rollout) ? exchangeOne(rollout, facts, now) : exchangeAll(rollout, facts, now)
}

/** Whether theirs came while we were removing one, so that it lacks that: there is to be another, of what they say. */
function hasTakenOne(rollout: Rollout, { olds, news, definition }: ComposeFacts): boolean {
  const isFewer = olds.length + news.length < rollout.scale
  return rollout.attempted.at(-1) === 'remove-one' && isAsPlanned(rollout, definition) && isFewer
}

/** Whether the files say what we had them say. */
const isAsPlanned = (rollout: Rollout, definition: ComposeFacts['definition']): boolean =>
  definition !== 'other' && (definition === 'after' || !needsEdit(rollout))

/** Where none runs there is no gap to spare. */
const isOneByOne = (rollout: Rollout): boolean =>
  rollout.definition?.isDivisible === true &&
  (rollout.scale > 1 || rollout.order === 'start-first') &&
  !isAllStopped(rollout)

function exchangeAll(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  const { olds, news, followers } = facts
  const isDone = olds.length === 0 && news.length >= rollout.scale && news.every(hasStarted)
  if (!isDone || !followers.every(hasFollowed)) return bringUp(rollout, facts, 'up')
  return prove(rollout, facts, now) ?? passed(rollout, facts)
}

/** All are made, and none is started. What a person starts of them has to prove itself after all. */
function remakeStopped(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  const { olds, news, followers, isHalfMade = false } = facts
  const isDone = olds.length === 0 && news.length >= rollout.scale && !isHalfMade && followers.every(hasFollowed)
  if (!isDone) return bringUp(rollout, facts, 'up')
  const started = news.filter(hasStarted)
  const proving = prove(rollout, { ...facts, news: started }, now)
  if (proving !== null) return proving
  return passed(started.length > 0 ? rollout : { ...rollout, reason: leftStopped }, facts)
}

/** The order decides which comes first: the new instance, or the end of an old one. */
function exchangeOne(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  const { olds, news } = facts
  if (news.some((each) => !hasStarted(each))) return bringUp(rollout, facts, 'add')
  const proving = prove(rollout, facts, now)
  if (proving !== null) return proving
  const many = olds.length + news.length
  if (olds.length === 0 && many >= rollout.scale) return passed(rollout, facts)
  if (many < mostBeside(rollout)) return bringUp(rollout, facts, 'add')
  // What looks old may be what a person brought up from the file as they edited it, or what we did.
  if (!isAsPlanned(rollout, facts.definition)) return goBack(rollout, 'superseded', editedByHand)
  return news.length === 0 && olds.length > rollout.scale ? withoutEffect(rollout) : effect(rollout, 'J5', 'remove-one')
}

/** Compose reads the file and the tag each time, so both have to say what was decided. */
function bringUp(rollout: Rollout, { definition, tagImage }: ComposeFacts, kind: 'up' | 'add'): Step {
  if (!isAsPlanned(rollout, definition)) return goBack(rollout, 'superseded', editedByHand)
  if (tagImage !== rollout.toImage) return effect(rollout, 'J3', 'move-tag')
  return canBringUp(rollout, kind) ? effect(rollout, 'J4', kind) : withoutEffect(rollout)
}

function withoutEffect(rollout: Rollout): Step {
  const sentence = 'docker compose up came to its end, and the service does not run the new version'
  return goBack(rollout, 'failed', { code: 'NO_EFFECT', sentence })
}

const canBringUp = (rollout: Rollout, kind: 'up' | 'add'): boolean =>
  timesAttempted(rollout, kind) < triesMax * rollout.scale

/** The gate of an instance that has not passed it yet, of one that ended first. Null when all that run have. */
function prove(rollout: Rollout, facts: ComposeFacts, now: number): Step | null {
  const unproven = facts.news.filter(({ id }) => !rollout.proven.includes(id))
  const fresh = unproven.find((each) => !isUp(each)) ?? unproven[0]
  if (fresh === undefined) return null
  if (rollout.gateProgress === null) {
    // Nobody looked since the start: an end in that time may be the engine's own, so it does not count against the
    // candidate. `add` would make another beside it.
    const isItsOwn = isUp(fresh) || fresh.stoppedByHand || hasCompleted(rollout, fresh)
    if (!isItsOwn && !isOneByOne(rollout) && canBringUp(rollout, 'up')) return bringUp(rollout, facts, 'up')
    return change(rollout, rollout.step, { gateProgress: startGate(now, fresh.startedAt) })
  }
  const { progress, verdict } = judge(rollout.gate, rollout.gateProgress, fresh, rollout.restart, now)
  const looked = { ...rollout, gateProgress: progress, gapMs: rollout.gapMs ?? gap(rollout, facts, fresh) }
  if (fresh.restarts > rollout.gate.restartsMax) {
    return failed(looked, `it ended ${fresh.restarts} times, last with exit code ${fresh.exitCode}`)
  }
  switch (verdict.kind) {
    case 'pending':
      return { kind: 'wait', rollout: looked, ms: verdict.againMs }
    case 'passed':
      return change(looked, 'J6', { proven: [...rollout.proven, fresh.id], gateProgress: null, reason: verdict.reason })
    case 'stopped-by-hand':
      return respectStop(looked, facts, fresh, now)
    case 'failed':
      if (isUp(fresh)) return goBack(looked, 'rolled-back', verdict.reason, true)
      return failed(looked, `it ended with exit code ${fresh.exitCode}`)
    case 'restart':
      // Compose gives it the restart policy of its owner from the start, so that is for the engine to do, which may be
      // about to, has given up, or is going down itself: the next looks tell.
      return { kind: 'wait', rollout: looked, ms: endedAgainMs }
  }
}

/** Pause between looks at an instance that the engine should start again. */
const endedAgainMs = 500

/** What was stopped stays so; but where old instances still run the service was not meant, and it goes back to those. */
function respectStop(rollout: Rollout, { olds }: ComposeFacts, fresh: InstanceFacts, now: number): Step {
  const reason = stoppedAtGate(fresh)
  if (olds.some(isUp)) return goBack(rollout, 'superseded', reason)
  return end(rollout, now, { outcome: 'superseded', reason })
}

function passed(rollout: Rollout, { followers }: ComposeFacts): Step {
  const ended = followers.find((each) => !isAsMeant(each))
  if (ended === undefined) return change(rollout, 'J7', { stage: 'passed' })
  const sentence = `${ended.instance.name}, which lives in it, did not stay up beside it`
  return goBack(rollout, 'rolled-back', { code: 'GATE_DEPENDANT', sentence }, true)
}

const failed = (rollout: Rollout, sentence: string): Step =>
  goBack(rollout, 'rolled-back', { code: 'GATE_EXITED', sentence }, true)

/** Time without any instance, by the engine's own clock. */
function gap(rollout: Rollout, { oldEndedAt }: ComposeFacts, fresh: InstanceFacts): number | null {
  if (isOneByOne(rollout)) return 0
  if (oldEndedAt === null || fresh.startedAt === null) return null
  return Math.max(0, Date.parse(fresh.startedAt) - Date.parse(oldEndedAt))
}
