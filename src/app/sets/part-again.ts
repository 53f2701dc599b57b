import { isoTime } from '../../lib/clock.ts'
import type { PartOf } from '../../rollout/along.ts'
import type { Follow } from '../../rollout/dependant.ts'
import { planRollout, type RolloutPlan } from '../../rollout/plan.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'

/**
 * A part that did not follow forth, as it is made again on the way back: with all that belonged to it and ran with it,
 * as was written down before it was touched. What failed may be down by now, and looks as if a person had stopped it.
 * @param workload it, as the target shows it now
 */
export function partAgain(
  app: Pick<App, 'newId' | 'clock'>,
  {
    registryWait: _wait,
    backWait: _backWait,
    wasHeldUp: _wasHeldUp,
    settings: _settings,
    lastFailure: _failure,
    ...failed
  }: Rollout,
  { instance, isRunning }: Pick<Workload, 'instance' | 'isRunning'>,
  partOf: PartOf,
): Rollout {
  const before = failed.follows
  const follows: Follow = {
    how: 'recreate',
    provider: before?.provider ?? '',
    sentence: before?.sentence ?? '',
    isLeftStopped: before?.isLeftStopped ?? false,
  }
  const plan: RolloutPlan = {
    ...failed,
    id: app.newId(),
    oldInstance: instance,
    stopped: failed.stopped === 'update' ? 'update' : isRunning ? null : 'start',
    follows,
    partOf,
    createdAt: isoTime(app.clock),
  }
  return planRollout(plan)
}
