import type { Digest } from '../../image/digest.ts'
import type { App } from '../app.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { brakeOf, failuresOn, type Brake } from './brake.ts'
import { isApproved, mostAtOnce, wantsUnapproved, workloadsOn, type MassStanding } from './mass-change.ts'
import { targetOf } from '../../targets/target.ts'

/** What holds the rollouts of a whole target, as far as one workload of it is concerned. */
export interface TargetStanding {
  readonly name: string
  readonly brake: Brake | null
  readonly mass: MassStanding
}

/** Reads it from what is recorded of all workloads of the target. @param candidate what this one wants, if anything */
export async function readTargetStanding(
  { store, limits }: Pick<App, 'store' | 'limits'>,
  workload: string,
  candidate: Digest | null,
): Promise<TargetStanding> {
  const name = targetOf(workload)
  const rows = workloadsOn(await store.workloads(), name)
  const own = limits.get(name) ?? targetDefaults
  const [approvals, underWay] = await Promise.all([store.approvals(), store.rolloutsUnderWay()])
  const others = rows.filter((row) => row.id !== workload)
  const isNew = others.length === rows.length
  return {
    name,
    brake: !own.brake ? null : brakeOf(failuresOn(await store.gateFailures(), name)),
    mass: {
      count: others.filter((row) => wantsUnapproved(row, { approvals, underWay })).length + 1,
      most: mostAtOnce(own, rows.length + (isNew ? 1 : 0)),
      found: (await store.massChanges()).find((each) => each.target === name) ?? null,
      isApproved: candidate !== null && isApproved(workload, candidate, approvals),
    },
  }
}
