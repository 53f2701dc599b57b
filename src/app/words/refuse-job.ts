import { AppError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import { isOf, type Target } from '../../targets/target.ts'

interface RefusalDeps {
  readonly targets: readonly Pick<Target, 'name' | 'kind' | 'listWorkloads'>[]
  readonly store: Pick<Store, 'rollouts'>
}

/** How long the target is waited for. */
const lookMaxMs = 20_000

/**
 * Refuses to take a job back. Where its target does not answer, what was rolled out before tells whether it is one.
 * @param workload its id
 * @throws WORKLOAD_LEFT_ALONE
 */
export async function refuseJob({ targets, store }: RefusalDeps, workload: string): Promise<void> {
  const target = targets.find((each) => each.kind === 'swarm' && isOf(each, workload))
  if (target === undefined) return
  const found = await target.listWorkloads(AbortSignal.timeout(lookMaxMs)).catch(() => [])
  const seen = found.find(({ id }) => id === workload)
  const isJob = seen === undefined ? await wasJob(store, workload) : seen.isJob === true
  if (!isJob) return
  throw new AppError(
    'WORKLOAD_LEFT_ALONE',
    `${workload} is a job, which is not rolled back: what it did is done, and the old version would do it again`,
  )
}

const wasJob = async (store: RefusalDeps['store'], workload: string): Promise<boolean> =>
  (await store.rollouts(workload, 1)).some(({ service }) => service?.isJob === true)
