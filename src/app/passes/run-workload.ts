import { AppError } from '../../errors.ts'
import type { Queue } from '../../jobs/queue.ts'
import { targetOf } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { readProgress, type End } from '../answers/read-progress.ts'
import { runPass } from './run-pass.ts'

/**
 * Carries out what was said about one workload, where no service does: a pass limited to it, waited for.
 *
 * @param id whole
 * @param stop asks to park a rollout where the workload has a running version; the next run takes it up
 * @throws what kept us from looking or from driving it, and WORKLOAD_NOT_FOUND when it is gone
 */
export async function runWorkload(app: App, queue: Queue, id: string, stop: AbortSignal): Promise<End> {
  // Those of other kinds too: what lives in it may be of another, and has to follow it.
  const its = { ...app, targets: app.targets.filter(({ name }) => name === targetOf(id)) }
  const before = await readProgress(app, id)
  const { failures } = await runPass(its, queue, stop, id)
  const [failure] = failures
  if (failure !== undefined) throw failure.error
  const { decision, rollout } = await readProgress(app, id)
  if (decision === null || decision.at === before.decision?.at) {
    throw new AppError('WORKLOAD_NOT_FOUND', `${id} is not on its target any more`)
  }
  return { decision, rollout: rollout?.id === before.rollout?.id ? null : rollout }
}
