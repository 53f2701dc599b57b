import type { Reason } from '../../rollout/facts.ts'
import type { WorkloadRow } from '../../store/store.ts'

/** Codes of decisions that a rollout follows on by itself, each with what it comes of. */
const comesOf = {
  DIGEST_MOVED: 'policy',
  BETTER_TAG: 'policy',
  ABSENT: 'absence',
  PIN_DUE: 'word',
  DEPLOY_DUE: 'word',
  RETURN_DUE: 'word',
  TAKE_BACK: 'group',
  PROVIDER_RESTARTED: 'provider',
  PROVIDER_REPLACED: 'provider',
} as const

type DueCode = keyof typeof comesOf

/** Why a rollout is due. */
export interface Due extends Reason {
  readonly code: DueCode
}

export const dueCodes: ReadonlySet<string> = new Set(Object.keys(comesOf))

/** Those of what nobody asked for but the policy, by what it found in a registry. */
export const policyCodes: ReadonlySet<string> = new Set(
  Object.entries(comesOf).flatMap(([code, what]) => (what === 'policy' ? [code] : [])),
)

/** Code of a decision that waits only for the workload's turn. */
export const waitsCode = 'WAITS_FOR_OTHER'

type Decided = Pick<WorkloadRow, 'state' | 'reason'>

/** Whether a rollout is under way, or follows on what was decided last by itself. */
export const isDue = ({ state, reason }: Decided): boolean =>
  state === 'rolling-out' || (state === 'outdated' && (dueCodes.has(reason.code) || reason.code === waitsCode))
