import type { Rollout } from '../../rollout/rollout.ts'
import type { App } from '../app.ts'

/** The instance kept from the rollout before last goes now: its successor has proven itself and is what we go back to. */
export async function removeKept(
  { store }: Pick<App, 'store'>,
  workload: string,
  drive: (rollout: Rollout) => Promise<unknown>,
): Promise<void> {
  for (const rollout of await store.openRollouts()) {
    if (rollout.workload !== workload || rollout.stage !== 'kept') continue
    await drive({ ...rollout, keepUntil: rollout.createdAt })
  }
}
