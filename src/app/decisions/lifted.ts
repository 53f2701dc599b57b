import type { LeftAlone } from '../../targets/target.ts'
import type { WorkloadSettings } from '../workloads/settings.ts'

/** What stands against changing a workload once its settings have lifted what they can; null when nothing does. */
export function standsAgainst(
  leftAlone: LeftAlone | null,
  settings: Pick<WorkloadSettings, 'stopped' | 'autoRemove' | 'jobs'>,
): LeftAlone | null {
  const lifts = {
    stopped: settings.stopped !== 'ignore',
    autoRemove: settings.autoRemove === 'recreate',
    jobs: settings.jobs === 'start',
  }
  let found = leftAlone
  while (found?.liftedBy !== undefined && lifts[found.liftedBy.setting]) found = found.liftedBy.next
  return found
}
