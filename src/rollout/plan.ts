import type { Digest } from '../image/digest.ts'
import type { Gate } from './gate.ts'
import { policyRestarts, type RestartPolicy } from './restart-policy.ts'
import type { Order, Rollout } from './rollout.ts'

/** Everything that is decided before a rollout begins. */
export interface RolloutPlan {
  readonly id: string
  readonly workload: string
  readonly target: string
  readonly name: string
  readonly oldInstance: string
  readonly image: string
  readonly repository: string
  readonly tag: string
  readonly digest: Digest
  readonly fromDigest: Digest | null
  readonly fromImage: string
  readonly tagBefore: string | null
  readonly order: Order
  readonly gate: Omit<Gate, 'restartsMax'>
  readonly restart: RestartPolicy
  readonly keepOldMs: number
  readonly keepImages: number
  readonly policy: string
  readonly createdAt: string
}

/** Ends that are forgiven during the gate where the user's policy restarts. */
const restartsForgiven = 2

/** J0: the rollout as it is first written down. */
export function planRollout(plan: RolloutPlan): Rollout {
  const restartsMax = policyRestarts(plan.restart, 1) ? restartsForgiven : 0
  return {
    ...plan,
    gate: { ...plan.gate, restartsMax },
    stage: 'forward',
    outcome: null,
    reason: null,
    candidateAtFault: false,
    step: 'J0',
    attempted: [],
    failures: [],
    gateProgress: null,
    checkProgress: null,
    toImage: null,
    gapMs: null,
    logTail: null,
    keepUntil: null,
    endedAt: null,
  }
}
