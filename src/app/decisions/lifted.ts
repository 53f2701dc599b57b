import type { LeftAlone } from '../../targets/target.ts'
import type { WorkloadSettings } from '../workloads/settings.ts'

type Lifting = Pick<WorkloadSettings, 'stopped' | 'autoRemove' | 'jobs'>

/** What stands against changing a workload once its settings have lifted what they can; null when nothing does. */
export function standsAgainst(leftAlone: LeftAlone | null, settings: Lifting): LeftAlone | null {
  let found = leftAlone
  while (found?.liftedBy !== undefined && lifts(settings, found.liftedBy)) found = found.liftedBy.next
  return found
}

function lifts(settings: Lifting, { setting, to }: NonNullable<LeftAlone['liftedBy']>): boolean {
  return to === undefined ? settings[setting] !== defaults[setting] : settings[setting] === to
}

const defaults = { stopped: 'ignore', autoRemove: 'leave', jobs: 'leave' } as const satisfies Lifting
