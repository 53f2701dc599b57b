import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import type { Workload } from '../../targets/target.ts'
import { decision, type Decision } from '../decision.ts'

/** How soon it is looked at again: nothing about the workload itself need change when the other rollout ends. */
const againMs = 1000

type Placed = Pick<Workload, 'id' | 'kind' | 'target' | 'after' | 'dependants'>

/** Ids of the workloads that a rollout is about: its own, and its dependants. */
export const membersOf = ({ workload, target, dependants }: Rollout): readonly string[] => [
  workload,
  ...dependants.map(({ name }) => `${target}/container/${name}`),
]

/**
 * A plain container waits while a rollout is under way that is about itself, what it uses, or what uses it: they are one
 * set, and two rollouts of it would each undo the other. Null when there is none.
 */
export async function busySet(store: Pick<Store, 'openRollouts'>, workload: Placed): Promise<Decision | null> {
  const mine = reachOf(workload)
  if (mine === null) return null
  const open = (await store.openRollouts()).filter((each) => each.stage !== 'kept' && each.workload !== workload.id)
  for (const rollout of open) {
    const members = membersOf(rollout)
    if (!members.some((each) => mine.has(each))) continue
    const isIts = members.includes(workload.id)
    const how = isIts ? 'it follows' : 'it belongs with'
    const sentence = `${how} ${rollout.name}, whose rollout is at ${rollout.step}`
    return { ...decision('rolling-out', 'ROLLOUT_OPEN', sentence), againInMs: againMs, waitsFor: rollout.workload }
  }
  return null
}

/**
 * The rollout that another one has to make room for, when both were begun at the same time: the older goes on, unless the
 * younger was quicker and is on its way.
 */
export async function rivalOf(
  store: Pick<Store, 'openRollouts'>,
  rollout: Rollout,
  workload: Placed,
): Promise<Rollout | null> {
  const mine = reachOf(workload)
  if (mine === null) return null
  const open = (await store.openRollouts()).filter((each) => each.stage !== 'kept' && each.id !== rollout.id)
  const goesOn = (each: Rollout) =>
    each.attempted.length > 0 ||
    (each.createdAt === rollout.createdAt ? each.id < rollout.id : each.createdAt < rollout.createdAt)
  return open.find((each) => goesOn(each) && membersOf(each).some((member) => mine.has(member))) ?? null
}

/** Null for what neither uses others nor is used. */
function reachOf({ id, kind, target, after, dependants = [] }: Placed): ReadonlySet<string> | null {
  if (kind !== 'container' || after.length + dependants.length === 0) return null
  return new Set([id, ...after, ...dependants.map(({ name }) => `${target}/container/${name}`)])
}
