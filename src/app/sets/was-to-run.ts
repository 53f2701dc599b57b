import type { DownContainer } from '../../rollout/down-container.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { hasTouchedOld } from '../../rollout/step.ts'
import type { Store } from '../../store/store.ts'

/** As many of a workload as are looked at: what was left undone is told by the latest. */
const rolloutsMax = 5

/**
 * Whether a container is down because a command of ours was cut off, as by a kill: it ran when that rollout was planned,
 * and that did not come as far as having it run again. Whatever happened to it later was somebody else's doing.
 */
export async function wasToRun(store: Pick<Store, 'rollouts'>, down: DownContainer): Promise<boolean> {
  const own = (await store.rollouts(down.workload, rolloutsMax)).filter(({ follows }) => follows !== null)
  const theirs = await Promise.all(down.others.map((each) => store.rollouts(each, rolloutsMax)))
  const together = theirs.flat().filter(({ definition }) => ranWith(definition, down.service))
  return [...own, ...together].some((each) => isUndone(each, down.hasRun) && isDuring(each, down.at))
}

const ranWith = (definition: Rollout['definition'], service: string): boolean =>
  definition !== null && definition.followers.includes(service) && definition.stopped?.includes(service) !== true

/** Whether it ended, or stands, without having shown that all runs that ran before. */
function isUndone(rollout: Rollout, hasRun: boolean): boolean {
  if (!hasTouchedOld(rollout)) return false
  switch (rollout.outcome) {
    case null:
    case 'needs-human':
      return true
    // A person took over: what they stopped is theirs, and what Compose only made is not.
    case 'superseded':
      return !hasRun
    case 'failed':
    case 'rolled-back':
      // Others end so once the old version runs again, with all that lives in it.
      return rollout.follows !== null
    case 'succeeded':
    case 'abandoned':
      return false
  }
}

const isDuring = ({ createdAt, endedAt }: Rollout, at: number): boolean =>
  at >= Date.parse(createdAt) && (endedAt === null || at <= Date.parse(endedAt))
