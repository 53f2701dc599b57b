import type { ServiceFacts } from '../facts.ts'
import { startGate } from '../gate.ts'
import type { Rollout } from '../rollout.ts'
import { change, goBack, type Step } from '../step.ts'

/** What a job that failed is left with, as the end of a sentence. */
export const jobStays = 'a job is not rolled back: what it did is done, and the old version would do it again'

/** The gate of a job: as many runs of it as are wanted have come to their end. */
export function proveJob(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  const { done, active } = facts.job ?? { done: 0, active: 0 }
  const trouble = facts.trouble === null ? '' : `; ${facts.trouble}`
  if (facts.failures > facts.failuresForgiven) {
    const sentence = `${facts.failures} of its runs failed${trouble}`
    return goBack(rollout, 'failed', { code: 'GATE_EXITED', sentence }, facts.hasRun)
  }
  if (done >= facts.wanted) {
    const reason = { code: 'JOB_COMPLETED', sentence: 'it has run to its end' }
    return change(rollout, 'J7', { stage: 'passed', outcome: 'succeeded', reason })
  }
  const { gateProgress } = rollout
  const seen = `${done}`
  if (gateProgress === null || gateProgress.instanceStartedAt !== seen) {
    return change(rollout, rollout.step, { gateProgress: startGate(now, seen) })
  }
  // How long a run takes is its own affair.
  if (active > 0)
    return { kind: 'wait', rollout: { ...rollout, gateProgress: { ...gateProgress, startedAt: now } }, ms }
  if (now - gateProgress.startedAt < rollout.gate.deadlineMs + facts.paceMs) return { kind: 'wait', rollout, ms }
  const sentence = `${done} of ${facts.wanted} runs came to their end, and none is under way${trouble}`
  return goBack(rollout, 'failed', { code: 'GATE_DEADLINE', sentence })
}

const ms = 500
