import { isPart } from '../along-steps.ts'
import type { InstanceFacts, Reason, ReplaceFacts } from '../facts.ts'
import { judge, startGate } from '../gate.ts'
import { beforeRollout } from '../hook-steps.ts'
import { startedMeanwhile } from '../left-stopped.ts'
import type { Rollout } from '../rollout.ts'
import {
  change,
  effect,
  end,
  goBack,
  hasCompleted,
  hasStarted,
  hasTouchedOld,
  isPaused,
  isUncaptured,
  isUp,
  timesAttempted,
  triesMax,
} from '../step.ts'
import { stoppedAtGate } from '../stopped-at-gate.ts'
import { excused, isExcused } from '../unwell.ts'
import type { Step } from '../step.ts'
import {
  createDependants,
  dependantsTakenOver,
  gapOfSet,
  renameDependants,
  startDependants,
  stopDependants,
} from './dependants.ts'
import { copyFirst, endOld, vanished } from './removes-itself.ts'
import { composedTakenOver, followComposed } from './composed.ts'
import { judgeSet } from './set-gate.ts'
import { changedMeanwhile, settingsOf } from './changed-meanwhile.ts'
import { lostNetwork, startedOffNetworks } from './off-networks.ts'
import { replaceStopped } from './stopped.ts'

/** J1 to the verdict of the gate. */
export function forward(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  return prepare(rollout, facts, now) ?? (rollout.order === 'stop-first' ? stopFirst : startFirst)(rollout, facts, now)
}

/** J1 to J3: everything that leaves the old version alone. Null when done. */
function prepare(rollout: Rollout, facts: ReplaceFacts, now: number): Step | null {
  if (hasTouchedOld(rollout)) return null
  // One that is brought back may be down by our own hand, with what lives in it.
  const ofSet = isPart(rollout, 'back') ? null : (dependantsTakenOver(facts) ?? composedTakenOver(facts))
  const takeover = takenOver(rollout, facts) ?? ofSet
  if (takeover) return goBack(rollout, 'superseded', takeover)
  const lost = lostNetwork(rollout, facts)
  if (lost !== null) return goBack(rollout, 'failed', lost)
  const changed = changedMeanwhile(rollout, facts)
  if (changed !== null) return goBack(rollout, 'superseded', changed)
  if (facts.candidateImage === null) {
    // A pull may take an hour, in which a network may go.
    const first = rollout.settings === undefined ? settingsOf(facts) : {}
    return first.settings === undefined ? effect(rollout, 'J1', 'pull') : change(rollout, 'J1', first)
  }
  if (facts.candidateImage !== rollout.toImage)
    return change(rollout, 'J1', { toImage: facts.candidateImage, ...settingsOf(facts) })
  if (!facts.isProtected) return effect(rollout, 'J1', 'protect')
  if (isUncaptured(rollout)) return effect(rollout, 'J2', 'capture')
  const copying = copyFirst(rollout, facts)
  if (copying !== null) return copying
  if (facts.new !== null && !isIncomplete(rollout, facts.new))
    return createDependants(rollout, facts) ?? beforeRollout(rollout, now)
  if (timesAttempted(rollout, 'create') >= triesMax) {
    return goBack(rollout, 'superseded', removedByHand('the new version was removed'))
  }
  return effect(rollout, 'J3', 'create')
}

/** A create that was cut off left it on other networks than it is to start on; another completes it. */
const isIncomplete = (rollout: Rollout, fresh: InstanceFacts): boolean =>
  rollout.order === 'stop-first' && !fresh.connected && timesAttempted(rollout, 'create') < triesMax

function stopFirst(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old, new: fresh } = facts
  const vanishing = vanished(rollout, facts, now)
  if (vanishing !== null) return vanishing
  if (fresh === null) return goBack(rollout, 'superseded', removedByHand('the new version was removed'))
  if (rollout.stopped !== null) {
    const step = replaceStopped(rollout, facts, fresh) ?? startSet(rollout, facts, fresh)
    return step ?? passGate(rollout, facts, fresh, now)
  }
  if (!hasStarted(fresh)) {
    const set = stopDependants(rollout, facts)
    if (set !== null) return set
    const ending = endOld(rollout, facts)
    if (ending !== null) return ending
    if (old !== null && old.restart !== 'no') return effect(rollout, 'J4', 'disarm-old')
    if (old !== null && isUp(old)) return effect(rollout, 'J4', 'stop-old')
    if (old !== null && old.name === rollout.name) return effect(rollout, 'J5', 'rename-old')
    if (fresh.name !== rollout.name) return effect(rollout, 'J5', 'rename-new')
    return renameDependants(rollout, facts) ?? effect(rollout, 'J6', 'start-new')
  }
  if (old !== null && isUp(old)) return goBack(rollout, 'superseded', startedByHand)
  return startSet(rollout, facts, fresh) ?? passGate(rollout, facts, fresh, now)
}

/** J6: those that live in it run, once it does. Null when they do. */
const startSet = (rollout: Rollout, facts: ReplaceFacts, fresh: InstanceFacts): Step | null =>
  isUp(fresh)
    ? (startedOffNetworks(rollout, facts) ?? startDependants(rollout, facts) ?? followComposed(rollout, facts))
    : null

function startFirst(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { new: fresh } = facts
  if (fresh === null) return goBack(rollout, 'superseded', removedByHand('the new version was removed'))
  if (!hasStarted(fresh)) return effect(rollout, 'J4', 'start-new')
  return passGate(rollout, facts, fresh, now)
}

/** The look of a gate: its verdict, or how long to wait for one. */
export function passGate(rollout: Rollout, facts: ReplaceFacts, fresh: InstanceFacts, now: number): Step {
  if (rollout.gateProgress === null) {
    // Nobody looked since the start: an end in that time may be the engine's own, so it does not count against the candidate.
    if (!isUp(fresh) && !fresh.stoppedByHand && !hasCompleted(rollout, fresh)) {
      if (timesAttempted(rollout, 'start-new') <= triesMax) return effect(rollout, rollout.step, 'start-new')
    }
    return change(rollout, rollout.step, { gateProgress: startGate(now, fresh.startedAt) })
  }
  if (isExcused(rollout) && !fresh.stoppedByHand) return pass(rollout, excused)
  const own = judge(rollout.gate, rollout.gateProgress, fresh, rollout.restart, now)
  const { progress: checkProgress, verdict } = judgeSet(rollout, facts, own.verdict, now)
  const gapMs = rollout.gapMs ?? gapOfSet(gap(rollout, facts), facts)
  const looked = { ...rollout, gateProgress: own.progress, checkProgress, gapMs }
  switch (verdict.kind) {
    case 'pending':
      return { kind: 'wait', rollout: looked, ms: verdict.againMs }
    case 'restart':
      return effect(looked, rollout.step, 'restart-new')
    case 'failed':
      // There is nothing that one which is brought back could go back to: it stays, as badly as it may serve.
      return isPart(rollout, 'back')
        ? pass(looked, verdict.reason)
        : goBack(looked, 'rolled-back', verdict.reason, true)
    case 'passed':
      return pass(looked, verdict.reason)
    case 'stopped-by-hand':
      return respectStop(looked, fresh, now)
  }
}

const pass = (rollout: Rollout, reason: Reason): Step =>
  change(rollout, rollout.order === 'stop-first' ? 'J7' : 'J5', { stage: 'passed', reason, checkProgress: null })

/** Stop-first: it already has the workload's name, so stopping or pausing it was meant for the workload, and both versions stay. */
function respectStop(rollout: Rollout, fresh: InstanceFacts, now: number): Step {
  const reason = stoppedAtGate(fresh)
  if (rollout.order === 'start-first') return goBack(rollout, 'superseded', reason)
  if (fresh.restart !== rollout.restart) return effect(rollout, 'J8', 'arm-new')
  return end(rollout, now, { outcome: 'superseded', reason })
}

/** What a person or another tool did before we touched the old version; their word stands. */
function takenOver(rollout: Rollout, { old }: ReplaceFacts): Reason | null {
  if (old === null) return removedByHand('the running version was removed')
  if (old.name !== rollout.name) {
    return { code: 'RENAMED_BY_HAND', sentence: `it was renamed to ${old.name} meanwhile` }
  }
  if (isPaused(old)) return { code: 'PAUSED_BY_HAND', sentence: 'it was paused meanwhile' }
  if (rollout.stopped !== null) return isUp(old) ? startedMeanwhile : null
  if (!isUp(old)) return { code: 'STOPPED_BY_HAND', sentence: 'it was stopped meanwhile' }
  return null
}

const removedByHand = (what: string): Reason => ({ code: 'REMOVED_BY_HAND', sentence: `${what} meanwhile` })

const startedByHand: Reason = { code: 'STARTED_BY_HAND', sentence: 'the old version was started by hand meanwhile' }

/** Time without either version, by the engine's own clock. */
function gap(rollout: Rollout, { old, new: fresh }: ReplaceFacts): number | null {
  if (rollout.order === 'start-first') return 0
  if (rollout.stopped !== null) return null
  if (old?.finishedAt == null || fresh?.startedAt == null) return null
  return Math.max(0, Date.parse(fresh.startedAt) - Date.parse(old.finishedAt))
}
