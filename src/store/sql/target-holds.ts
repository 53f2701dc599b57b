import type { Approval, GateFailure, MassChange } from '../store.ts'
import { prepared } from './prepared.ts'
import type { Check } from './shape.ts'
import { isNumber, isText, objectOf, readRow } from './shape.ts'
import type { Db } from './tables.ts'
import { isDigestText } from './values.ts'

const isGateFailure: Check<GateFailure> = objectOf<GateFailure>({
  target: isText,
  workload: isText,
  digest: isDigestText,
  at: isText,
})
const isMassChange: Check<MassChange> = objectOf<MassChange>({
  target: isText,
  count: isNumber,
  most: isNumber,
  since: isText,
})
const isApproval: Check<Approval> = objectOf<Approval>({ target: isText, workload: isText, digest: isDigestText })

/** In the order in which they were counted: the clock may have been set back between them. */
export async function readGateFailures(db: Db): Promise<readonly GateFailure[]> {
  const rows = await db
    .selectFrom('gateFailures')
    .select(['rollout', 'target', 'workload', 'digest', 'at'])
    .orderBy('sequence')
    .execute()
  return rows.map(({ rollout, ...row }) => readRow('gate_failures', rollout, isGateFailure, row))
}

/** Only one for each rollout, however often it is written. */
export async function writeGateFailure(db: Db, rollout: string, failure: GateFailure): Promise<void> {
  await db
    .insertInto('gateFailures')
    .values({ rollout, ...failure })
    .onConflict((conflict) => conflict.column('rollout').doNothing())
    .execute()
  const kept = db
    .selectFrom('gateFailures')
    .select('rollout')
    .where('target', '=', failure.target)
    .orderBy('sequence', 'desc')
    .limit(gateFailuresMax)
  await db.deleteFrom('gateFailures').where('target', '=', failure.target).where('rollout', 'not in', kept).execute()
}

/** Far more than a brake needs; only what people deploy by hand adds to them once it is on. */
const gateFailuresMax = 100

const selectMassChanges = prepared((db) => db.selectFrom('massChanges').selectAll().orderBy('target'))

export async function readMassChanges(db: Db): Promise<readonly MassChange[]> {
  const { rows } = await selectMassChanges(db, {})
  return rows.map((row) => readRow('mass_changes', row.target, isMassChange, row))
}

export async function writeMassChange(db: Db, { target, ...found }: MassChange): Promise<void> {
  await db
    .insertInto('massChanges')
    .values({ target, ...found })
    .onConflict((conflict) => conflict.column('target').doUpdateSet(found))
    .execute()
}

export async function deleteMassChange(db: Db, target: string): Promise<void> {
  await db.deleteFrom('massChanges').where('target', '=', target).execute()
}

const selectApprovals = prepared((db) => db.selectFrom('approvals').selectAll().orderBy('workload'))

export async function readApprovals(db: Db): Promise<readonly Approval[]> {
  const { rows } = await selectApprovals(db, {})
  return rows.map((row) => readRow('approvals', row.workload, isApproval, row))
}

export async function deleteApproval(db: Db, workload: string): Promise<void> {
  await db.deleteFrom('approvals').where('workload', '=', workload).execute()
}

/** Forgets what held a target, and takes these approvals in the place of those that it had. */
export async function releaseTarget(db: Db, target: string, approvals: readonly Approval[]): Promise<void> {
  await db.deleteFrom('gateFailures').where('target', '=', target).execute()
  await deleteMassChange(db, target)
  await db.deleteFrom('approvals').where('target', '=', target).execute()
  for (const each of approvals) {
    const { workload, digest } = each
    await db
      .insertInto('approvals')
      .values({ target, workload, digest })
      .onConflict((conflict) => conflict.column('workload').doUpdateSet({ target, digest }))
      .execute()
  }
}
