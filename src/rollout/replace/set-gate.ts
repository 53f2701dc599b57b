import { namesOf } from '../dependant.ts'
import type { DependantFacts, InstanceFacts, ReplaceFacts } from '../facts.ts'
import { judge, startGate, type GateProgress, type Verdict } from '../gate.ts'
import { policyRestarts } from '../restart-policy.ts'
import type { Rollout } from '../rollout.ts'
import { hasStarted } from '../step.ts'
import { wasDependantUnwell } from '../unwell.ts'
import { membersOf, provingComposed } from './composed.ts'

/**
 * The gate of a whole set: it passes once what was replaced has passed and its dependants, judged as one instance beside
 * it, have too. What fails first decides.
 * @param own verdict on what was replaced
 * @returns `progress` is that of the dependants; null when none of them has to prove anything
 */
export function judgeSet(
  rollout: Rollout,
  facts: ReplaceFacts,
  own: Verdict,
  now: number,
): { readonly progress: GateProgress | null; readonly verdict: Verdict } {
  const proving = (facts.dependants ?? []).flatMap(({ plan, new: fresh }) =>
    plan.wasRunning && fresh !== null && !isAtRest(plan, fresh) && !wasDependantUnwell(rollout, 'container', plan.name)
      ? [fresh]
      : [],
  )
  proving.push(...provingComposed(rollout, facts))
  const worst = proving.toSorted((one, other) => badness(other) - badness(one))[0]
  if (worst === undefined) return { progress: rollout.checkProgress, verdict: tellUnwell(rollout, own) }
  const isBad = badness(worst) > 0
  const together: InstanceFacts = {
    ...worst,
    // One that could not even be started has ended as far as the gate goes.
    status: worst.status === 'created' ? 'dead' : worst.status,
    health: isBad ? worst.health : proving.some(({ health }) => health === 'none') ? 'none' : 'healthy',
    // Another run of any of them is another run of all.
    startedAt: proving.map((each) => each.startedAt ?? '').join(' '),
    healthBudgetMs: Math.max(...proving.map((each) => each.healthBudgetMs)),
    probe: null,
  }
  const before = rollout.checkProgress ?? startGate(now, together.startedAt)
  // Whatever end is forgiven was answered by another start before this look.
  const gate = { ...rollout.gate, restartsMax: 0, probe: null }
  const { progress, verdict } = judge(gate, before, together, 'always', now)
  return { progress, verdict: both(rollout, own, verdict, worst, namesOf(membersOf(rollout))) }
}

/** A person stopped it, or it ran to its end and is not to be restarted. */
const isAtRest = (plan: DependantFacts['plan'], fresh: InstanceFacts): boolean =>
  fresh.status === 'exited' &&
  (fresh.stoppedByHand || (hasStarted(fresh) && fresh.exitCode === 0 && !policyRestarts(plan.restart, 0)))

/** How far an instance is from good; 0 where nothing is wrong. */
function badness({ status, health }: InstanceFacts): number {
  if (status === 'exited' || status === 'dead' || status === 'created') return 4
  if (health === 'unhealthy') return 3
  if (status !== 'running') return 2
  return health === 'starting' ? 1 : 0
}

/** What proved nothing is told of. */
function tellUnwell(rollout: Rollout, verdict: Verdict): Verdict {
  const { dependants, composed = [] } = rollout
  const unwell = [
    ...dependants.filter(({ name }) => wasDependantUnwell(rollout, 'container', name)),
    ...composed.filter(({ name }) => wasDependantUnwell(rollout, 'compose', name)),
  ]
  if (verdict.kind !== 'passed' || unwell.length === 0) return verdict
  const sentence = `${verdict.reason.sentence}; ${namesOf(unwell)} had nothing to prove, not well before either`
  return { ...verdict, reason: { ...verdict.reason, sentence } }
}

function both(rollout: Rollout, own: Verdict, set: Verdict, worst: InstanceFacts, names: string): Verdict {
  if (own.kind === 'failed' || own.kind === 'restart' || own.kind === 'stopped-by-hand') return own
  switch (set.kind) {
    case 'failed': {
      const name = worst.name.replace(/\.longshore-next$/, '')
      return {
        kind: 'failed',
        reason: { code: 'GATE_DEPENDANT', sentence: `its dependant ${name}: ${set.reason.sentence}` },
      }
    }
    case 'pending':
      return own.kind === 'pending' ? { kind: 'pending', againMs: Math.min(own.againMs, set.againMs) } : set
    case 'passed':
      if (own.kind !== 'passed') return own
      return tellUnwell(rollout, {
        ...own,
        reason: { ...own.reason, sentence: `${own.reason.sentence}; ${names} followed` },
      })
    case 'restart':
    case 'stopped-by-hand':
      return own
  }
}
