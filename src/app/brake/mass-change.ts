import type { Approval, MassChange, WorkloadRow } from '../../store/store.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { isOf, targetOf } from '../../targets/target.ts'
import type { TargetLimits } from '../groups/group-settings.ts'
import { policyCodes, waitsCode } from '../groups/due-codes.ts'

/** What a person did not set: so many changes at once, on a target with more workloads than this. */
const mostByDefault = 20
const fewWorkloads = 40

type Row = Pick<WorkloadRow, 'id' | 'reason' | 'candidate' | 'imageId'>

/** What is known of changes beside who wants them. */
export interface Known {
  readonly approvals: readonly Approval[]
  /** Rollouts under way. */
  readonly underWay: readonly Pick<Rollout, 'workload' | 'procedure'>[]
}

/** Changes that may be wanted at once on a target; null for any number. @param workloads watched on it */
export function mostAtOnce({ maxChanges }: Pick<TargetLimits, 'maxChanges'>, workloads: number): number | null {
  if (maxChanges === 'off') return null
  if (maxChanges !== 'default') return maxChanges
  return workloads > fewWorkloads ? mostByDefault : null
}

/** Workloads that are watched on a target, by what is recorded. */
export const workloadsOn = <Each extends Row>(rows: readonly Each[], target: string): readonly Each[] =>
  rows.filter(({ id, reason }) => targetOf(id) === target && reason.code !== 'GONE')

/**
 * Whether a workload wants a change that nobody asked for and nobody has approved, whatever else holds its target. What
 * is made because it is missing changes nothing that runs.
 */
export function wantsUnapproved(row: Row, { approvals, underWay }: Known): boolean {
  if (row.candidate === null || !wanting.has(row.reason.code)) return false
  const isBeingMade = underWay.some(({ workload, procedure }) => workload === row.id && procedure === 'create')
  return !isMissing(row) && !isBeingMade && !isApproved(row.id, row.candidate, approvals)
}

/** Only containers are made because they are missing; a Swarm service too may name no image by its digest. */
const isMissing = ({ id, imageId }: Row): boolean =>
  imageId === '' && isOf({ name: targetOf(id), kind: 'container' }, id)

const wanting: ReadonlySet<string> = new Set([...policyCodes, waitsCode, 'MASS_CHANGE', 'BRAKED', 'ROLLOUT_OPEN'])

/** Whether a person has let this very change through. */
export const isApproved = (workload: string, digest: string, approvals: readonly Approval[]): boolean =>
  approvals.some((each) => each.workload === workload && each.digest === digest)

/** What a decision has to know of the changes on its target. */
export interface MassStanding {
  /** Unapproved changes that are wanted at once, this one among them. */
  readonly count: number
  readonly most: number | null
  /** That which was found earlier and no person has released; null for none. */
  readonly found: MassChange | null
  readonly isApproved: boolean
}

/** Why a change has to wait for a person's look; null where it need not. */
export function massChangeSentence(
  { count, most, found, isApproved: isLet }: MassStanding,
  target: string,
): string | null {
  if (isLet || most === null) return null
  if (found === null && count <= most) return null
  const many = Math.max(count, found?.count ?? 0)
  const limit = Math.min(most, found?.most ?? most)
  return `${many} workloads of ${target} want a change at once, and more than ${limit} do not go without a look`
}
