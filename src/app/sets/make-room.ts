import { isoTime } from '../../lib/clock.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { recordStep } from '../rollouts/record-step.ts'
import { rivalOf } from './busy-set.ts'

/**
 * Ends a rollout that was written down at the same time as another of the same set, before it has touched anything: each
 * sees the other only now. Null where it may go on.
 */
export async function makeRoom(
  app: Pick<App, 'store' | 'clock' | 'rolloutCounts'>,
  rollout: Rollout,
  workload: Workload,
): Promise<Rollout | null> {
  const rival = await rivalOf(app.store, rollout, workload)
  if (rival === null) return null
  const reason = { code: 'SET_BUSY', sentence: `${rival.name}, of the same set, is rolled out first` }
  const ended: Rollout = { ...rollout, stage: 'ended', outcome: 'abandoned', reason, endedAt: isoTime(app.clock) }
  return recordStep(app, rollout, ended, 'J0', null)
}
