import type { Gate } from './gate.ts'
import { noHooks } from './hooks.ts'
import { policyRestarts } from './restart-policy.ts'
import type { PlannedRollout, Rollout } from './rollout.ts'

/** Everything that is decided before a rollout begins; how many ends are forgiven follows from it. */
export type RolloutPlan = Omit<PlannedRollout, 'gate' | Unusual> & {
  readonly gate: Omit<Gate, 'restartsMax'>
} & Partial<Pick<PlannedRollout, Unusual>>

/** What few workloads have. */
type Unusual = 'stopped' | 'removesItself' | 'hooks' | 'dependants' | 'follows'

/** Ends that are forgiven during the gate where the user's policy restarts. */
const restartsForgiven = 2

/** J0: the rollout as it is first written down. */
export function planRollout(plan: RolloutPlan): Rollout {
  const restartsMax = policyRestarts(plan.restart, 1) ? restartsForgiven : 0
  return {
    stopped: null,
    removesItself: false,
    hooks: noHooks,
    dependants: [],
    follows: null,
    ...plan,
    gate: { ...plan.gate, restartsMax },
    stage: 'forward',
    outcome: null,
    reason: null,
    candidateAtFault: false,
    step: 'J0',
    attempted: [],
    failures: [],
    hookResults: [],
    gateProgress: null,
    proven: [],
    checkProgress: null,
    toImage: null,
    gapMs: null,
    logTail: null,
    keepUntil: null,
    endedAt: null,
  }
}
