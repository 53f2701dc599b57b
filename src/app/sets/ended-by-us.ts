import type { Store } from '../../store/store.ts'

/** As many of a workload as are kept. */
const rolloutsMax = 50

/**
 * Whether a restart of ours ended a run of a container. Where the engine still tells that run as its last, it could not be
 * started again, since what it lives in had gone down too.
 *
 * @param run when it began, as the engine tells it
 */
export async function wasEndedByUs(
  store: Pick<Store, 'rollouts'>,
  workload: string,
  instance: string,
  run: string,
): Promise<boolean> {
  const rollouts = await store.rollouts(workload, rolloutsMax)
  return rollouts.some(({ oldInstance, endedRun }) => oldInstance === instance && endedRun === run)
}
