import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { judge, startGate } from '../gate.ts'
import type { Rollout } from '../rollout.ts'
import { change, effect, end, hasAttempted, isUp, timesAttempted, triesMax, type Step } from '../step.ts'

/**
 * The rollout of a workload that lives in a container which was started again: the same instance is restarted and shows
 * that it runs. There is no other version to go back to, so what fails is told and tried again later.
 */
export function follow(rollout: Rollout, facts: ReplaceFacts, now: number): Step {
  const { old } = facts
  if (rollout.stage !== 'forward') return given(rollout, now)
  if (old === null) return end(rollout, now, { outcome: 'superseded', reason: removed })
  const isTouched = hasAttempted(rollout, 'restart-old')
  // With an error of the engine it was not stopped: it could not be started without the other.
  if (!isTouched && !isUp(old) && old.error === '') return end(rollout, now, { outcome: 'superseded', reason: stopped })
  if (facts.isBehind) {
    if (timesAttempted(rollout, 'restart-old') < triesMax) return effect(rollout, 'J4', 'restart-old')
    const sentence = `it could not be restarted; try: docker restart ${rollout.name}`
    return end(rollout, now, { outcome: 'failed', reason: { code: 'NO_EFFECT', sentence } })
  }
  return prove(rollout, old, now)
}

function prove(rollout: Rollout, old: InstanceFacts, now: number): Step {
  if (rollout.gateProgress === null) {
    return change(rollout, rollout.step, { gateProgress: startGate(now, old.startedAt) })
  }
  const { progress, verdict } = judge(rollout.gate, rollout.gateProgress, old, rollout.restart, now)
  const looked = { ...rollout, gateProgress: progress }
  switch (verdict.kind) {
    case 'pending':
      return { kind: 'wait', rollout: looked, ms: verdict.againMs }
    case 'restart':
      // It has its owner's restart policy, so that is for the engine to do.
      return { kind: 'wait', rollout: looked, ms: 500 }
    case 'passed':
      return end(looked, now, { step: 'J8', outcome: 'succeeded', reason: verdict.reason })
    case 'failed':
      return end(looked, now, { outcome: 'failed', reason: verdict.reason })
    case 'stopped-by-hand':
      return end(looked, now, { outcome: 'superseded', reason: stopped })
  }
}

/** It turned round: nothing was made that could be taken back. */
function given(rollout: Rollout, now: number): Step {
  if (rollout.stage === 'ended') return { kind: 'rest', rollout }
  const outcome = rollout.outcome === null || rollout.outcome === 'rolled-back' ? 'failed' : rollout.outcome
  return end(rollout, now, { outcome, candidateAtFault: false })
}

const removed = { code: 'REMOVED_BY_HAND', sentence: 'it was removed meanwhile' }

const stopped = { code: 'STOPPED_BY_HAND', sentence: 'it was stopped meanwhile' }
