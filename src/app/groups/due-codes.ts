import type { WorkloadRow } from '../../store/store.ts'

/** Codes of decisions that a rollout follows on by itself. */
export const dueCodes: ReadonlySet<string> = new Set([
  'DIGEST_MOVED',
  'BETTER_TAG',
  'ABSENT',
  'PIN_DUE',
  'DEPLOY_DUE',
  'RETURN_DUE',
  'TAKE_BACK',
  'PROVIDER_RESTARTED',
  'PROVIDER_REPLACED',
])

/** Code of a decision that waits only for the workload's turn. */
export const waitsCode = 'WAITS_FOR_OTHER'

type Decided = Pick<WorkloadRow, 'state' | 'reason'>

/** Whether a rollout is under way, or follows on what was decided last by itself. */
export const isDue = ({ state, reason }: Decided): boolean =>
  state === 'rolling-out' || (state === 'outdated' && (dueCodes.has(reason.code) || reason.code === waitsCode))
