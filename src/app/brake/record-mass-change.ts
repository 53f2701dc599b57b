import { isoTime } from '../../lib/clock.ts'
import type { WorkloadRow } from '../../store/store.ts'
import type { App } from '../app.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { isApproved, mostAtOnce, wantsUnapproved, workloadsOn } from './mass-change.ts'
import { targetOf } from '../../targets/target.ts'

/**
 * Keeps that too many changes are wanted at once, so that they go on being held when fewer are, and forgets it, and what
 * a person let through, once nothing of it is wanted any more. To be called whenever a workload has been decided.
 */
export async function recordMassChange(
  { store, clock, log, limits }: Pick<App, 'store' | 'clock' | 'log' | 'limits'>,
  row: Pick<WorkloadRow, 'id' | 'state' | 'reason' | 'candidate'>,
): Promise<void> {
  const target = targetOf(row.id)
  const [approvals, massChanges] = await Promise.all([store.approvals(), store.massChanges()])
  const own = approvals.find(({ workload }) => workload === row.id)
  if (own !== undefined && (row.state === 'current' || (row.candidate !== null && row.candidate !== own.digest))) {
    await store.clearApproval(row.id)
  }
  const found = massChanges.find((each) => each.target === target) ?? null
  const isHeld = row.reason.code === 'MASS_CHANGE'
  if (found === null && !isHeld) return
  const rows = workloadsOn(await store.workloads(), target)
  const known = { approvals, underWay: await store.rolloutsUnderWay() }
  const count = rows.filter((each) => wantsUnapproved(each, known)).length
  if (found !== null) {
    if (count === 0) await store.clearMassChange(target)
    return
  }
  if (row.candidate !== null && isApproved(row.id, row.candidate, approvals)) return
  const most = mostAtOnce(limits.get(target) ?? targetDefaults, rows.length) ?? count
  const at = isoTime(clock)
  const release = `longshore release ${target}`
  const sentence = `${count} workloads of ${target} want a change at once, more than ${most}: all are held until ${release}`
  const reason = { code: 'MASS_CHANGE', sentence }
  log.warn({ target, code: reason.code }, sentence)
  await store.setMassChange(
    { target, count, most, since: at },
    {
      history: {
        at,
        actor: null,
        workload: null,
        rollout: null,
        kind: 'hold',
        reason,
        fromDigest: null,
        toDigest: null,
      },
    },
  )
}
