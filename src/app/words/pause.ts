import { AppError } from '../../errors.ts'
import { isoTime } from '../../lib/clock.ts'
import { formatMinute } from '../../lib/minute.ts'
import type { App } from '../app.ts'
import type { Answer, By } from './control.ts'
import { findId } from '../workloads/subject.ts'
import { wordEntry } from './word-entry.ts'
import { checkBy } from './words.ts'

/** A year: what is longer is meant to last until it is lifted. */
const forMaxMs = 366 * 86_400_000

/**
 * Begins nothing by itself until it is lifted, or for a time. Takes the place of an earlier pause of the same.
 * @param forMs milliseconds; null until it is lifted
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS, REQUEST_INVALID
 */
export async function pause(app: App, workload: string | null, forMs: number | null, by: By): Promise<Answer> {
  checkBy(by)
  if (forMs !== null && !(forMs > 0 && forMs <= forMaxMs)) {
    throw new AppError('REQUEST_INVALID', 'a pause lasts more than nothing and at most 366 days, or until it is lifted')
  }
  const id = workload === null ? null : await findId(app, workload)
  const since = isoTime(app.clock)
  const until = forMs === null ? null : new Date(app.clock.now() + forMs).toISOString()
  const end =
    until === null ? `until \`longshore resume${id === null ? '' : ` ${id}`}\`` : `until ${formatMinute(until)}`
  const reason = { code: 'PAUSED', sentence: `paused ${end}` }
  await app.store.setPause(
    { workload: id, until, actor: by.actor, reason: by.reason, since },
    { history: wordEntry(app.clock, by, 'pause', id, reason) },
  )
  app.nudges.send({ kind: 'decide', workload: id })
  return {
    sentence: `${id ?? 'everything'} is paused ${end}; a rollout that has touched what runs goes on`,
    workload: id,
  }
}
