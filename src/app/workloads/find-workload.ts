import { AppError } from '../../errors.ts'
import type { WorkloadRow } from '../../store/store.ts'

/** Ids that a message names at the most. */
const namedMax = 10

/**
 * A workload by its id, or by its name where only one that was seen has it.
 * @returns its id
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS
 */
export async function findWorkload(
  store: { workloads(): Promise<readonly Pick<WorkloadRow, 'id' | 'reason'>[]> },
  wanted: string,
): Promise<string> {
  const rows = await store.workloads()
  const ids = rows.map((each) => each.id)
  if (ids.includes(wanted)) return wanted
  const named = rows.filter(({ id }) => id.endsWith(`/${wanted}`))
  const present = named.filter(({ reason }) => reason.code !== 'GONE')
  // One that is gone makes no name ambiguous.
  const found = (present.length > 0 ? present : named).map((each) => each.id)
  const [only, another] = found
  if (another !== undefined) {
    throw new AppError('WORKLOAD_AMBIGUOUS', `several workloads are called ${wanted}; there are ${found.join(', ')}`)
  }
  if (only !== undefined) return only
  const known = ids.length > 0 ? `; known: ${ids.slice(0, namedMax).join(', ')}` : ''
  throw new AppError('WORKLOAD_NOT_FOUND', `no workload is called ${wanted}${known}`)
}
