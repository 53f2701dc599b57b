import type { Follower } from '../passes/follower.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { mostAtOnce } from './mass-change.ts'
import { haveAllLooked } from './settling.ts'

/** How long looks and decisions that are under way are waited for, so that a slow registry holds up the others a little only. */
const settleMaxMs = 5000
const stepMs = 50

/**
 * Before a rollout begins on a target where too many may want one at once, what is being looked up and decided right now
 * has to be counted: wishes that come together arrive one after the other.
 */
export async function untilSettled({ app, target, settling, stop }: Follower): Promise<void> {
  const { underWay, seen } = settling
  const until = app.clock.elapsed() + settleMaxMs
  const wait = async (isOver: () => boolean): Promise<void> => {
    while (!isOver() && !stop.aborted && app.clock.elapsed() < until) await app.clock.sleep(stepMs, stop)
  }
  await wait(() => haveAllLooked(settling))
  // What is there, and not what is recorded: that is nothing at the very first look.
  const workloads = [...seen.values()].reduce((sum, each) => sum + each, 0)
  const most = mostAtOnce(app.limits.get(target.name) ?? targetDefaults, workloads)
  if (most !== null && workloads > most) await wait(() => underWay.size === 0)
}
