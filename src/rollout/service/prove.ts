import type { InstanceFacts, Reason, ServiceFacts } from '../facts.ts'
import { judge, startGate } from '../gate.ts'
import type { Rollout } from '../rollout.ts'
import { canTry, change, effect, goBack, type Step } from '../step.ts'
import { paceOf } from './pace.ts'
import { proveJob } from './prove-job.ts'
import { memoryOf } from './remember.ts'

/** The gate of a service: all instances run the candidate, and none has ended for as long as the gate asks. */
export function proveService(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  if (facts.job !== null) return proveJob(rollout, facts, now)
  if (isHaltedByMachines(facts) && canTry(rollout, 'update-service')) {
    const gateProgress = { ...(rollout.gateProgress ?? startGate(now, facts.latestStart)), startedAt: now }
    return effect({ ...rollout, gateProgress }, 'J4', 'update-service')
  }
  const failed = failure(facts)
  if (failed !== null) {
    const reason = { code: failed.code, sentence: withTrouble(failed.sentence, facts) }
    return goBack(rollout, isToBlame(facts) ? 'rolled-back' : 'failed', reason, isToBlame(facts))
  }
  const instance = asOne(rollout, facts)
  if (rollout.gateProgress === null) {
    return change(rollout, rollout.step, { gateProgress: startGate(now, instance.startedAt) })
  }
  // Another start is progress, and the time for the next one begins.
  const hasMoved = instance.startedAt !== rollout.gateProgress.instanceStartedAt
  const before = hasMoved ? { ...rollout.gateProgress, startedAt: now } : rollout.gateProgress
  const gate = { ...rollout.gate, deadlineMs: rollout.gate.deadlineMs + paceOf(facts) }
  const { progress, verdict } = judge(gate, before, instance, 'no', now)
  const looked = { ...rollout, gateProgress: progress }
  switch (verdict.kind) {
    case 'pending':
      return { kind: 'wait', rollout: looked, ms: verdict.againMs }
    case 'passed':
      return change(looked, 'J7', { stage: 'passed', outcome: 'succeeded', reason: tellPassed(verdict.reason, facts) })
    case 'failed': {
      if (isAsManyAsBefore(rollout, facts))
        return change(looked, 'J7', { stage: 'passed', outcome: 'succeeded', reason: inPart(facts) })
      const many = `${facts.running} of ${facts.wanted} run it${facts.update === 'updating' ? ', and its Swarm goes no further' : ''}`
      const sentence = withTrouble(`${many}; ${verdict.reason.sentence}`, facts)
      return goBack(looked, facts.hasRun ? 'rolled-back' : 'failed', { ...verdict.reason, sentence }, facts.hasRun)
    }
    case 'restart':
    case 'stopped-by-hand':
      // An orchestrator starts its instances again by itself, and nobody stops one of them for good.
      return { kind: 'wait', rollout: looked, ms: 500 }
  }
}

/** An update that no instance of the candidate failed in, but was paused for what came to an end with a machine. */
const isHaltedByMachines = ({ update, failures, isDisturbed }: ServiceFacts): boolean =>
  update === 'paused' && failures === 0 && isDisturbed

/**
 * Whether the failure that an orchestrator speaks of is the candidate's own. What no node can bring up says nothing
 * about the version itself, and neither does a machine that went; where it keeps no instances that ended, it is.
 */
export const isToBlame = ({ hasRun, failures, isDisturbed }: ServiceFacts): boolean =>
  hasRun || (failures === 0 && !isDisturbed)

function failure({ update, message, failures, failuresForgiven, returnsByItself }: ServiceFacts) {
  if (update === 'paused') {
    return { code: 'GATE_EXITED', sentence: `its Swarm paused the update${message === '' ? '' : `: ${message}`}` }
  }
  // Never a second way back on top of its own.
  if (failures <= failuresForgiven || (returnsByItself && update === 'updating')) return null
  return { code: 'GATE_EXITED', sentence: `${failures} of its instances ended` }
}

/** Where part of it ran nowhere before either, and waits for a node still, more is not to be had. */
function isAsManyAsBefore(rollout: Rollout, { running, wanted, failures, isStarting }: ServiceFacts): boolean {
  const { ranBefore } = memoryOf(rollout)
  return ranBefore > 0 && ranBefore < wanted && running >= ranBefore && failures === 0 && !isStarting
}

const inPart = (facts: ServiceFacts): Reason => ({
  code: 'GATE_PASSED_IN_PART',
  sentence: withTrouble(`${facts.running} of ${facts.wanted} run it, as many as ran before`, facts),
})

const withTrouble = (sentence: string, { trouble }: ServiceFacts): string =>
  trouble === null ? sentence : `${sentence}; ${trouble}`

function tellPassed(reason: { readonly code: string; readonly sentence: string }, { wanted }: ServiceFacts) {
  return wanted === 0
    ? { code: 'SCALED_TO_ZERO', sentence: 'it is scaled to zero, so nothing had to be proven' }
    : reason
}

/** All instances together: up while as many run as are wanted, since the latest of them started. */
function asOne(rollout: Rollout, facts: ServiceFacts): InstanceFacts {
  const isDone = facts.update !== 'updating' && facts.running >= facts.wanted
  return {
    id: rollout.oldInstance,
    name: rollout.name,
    status: isDone ? 'running' : 'created',
    restart: rollout.restart,
    image: rollout.digest,
    exitCode: 0,
    error: '',
    health: facts.hasHealthCheck ? (isDone ? 'healthy' : 'starting') : 'none',
    probe: null,
    healthBudgetMs: 0,
    restarts: facts.failures,
    startedAt: facts.latestStart,
    finishedAt: null,
    connected: true,
    stoppedByHand: false,
  }
}
