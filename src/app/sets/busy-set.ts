import type { Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import type { Workload } from '../../targets/target.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { turnOf } from '../workloads/turn-of.ts'

/** How soon it is looked at again: nothing about the workload itself need change when the other rollout ends. */
export const againMs = 1000

type Placed = Pick<Workload, 'id' | 'kind' | 'target' | 'after' | 'dependants' | 'composed' | 'follows'>

/** Ids of the workloads that a rollout is about: its own, and its dependants. */
export const membersOf = (rollout: Rollout): readonly string[] => [
  rollout.workload,
  ...dependantsOf(rollout),
  // Those of its own project, which Compose makes again with it.
  ...(rollout.definition?.followers ?? []).map((each) => `${turnOf(rollout.workload)}/${each}`),
]

/** Ids of those, and of the workloads that have to follow it once it is over. */
export const involvedIn = (rollout: Rollout): readonly string[] => [
  ...membersOf(rollout),
  ...(rollout.followedBy ?? []),
]

/** Ids of the workloads that are made again with another. */
export const dependantsOf = ({
  target,
  dependants = [],
  composed = [],
}: Pick<Workload, 'target' | 'dependants' | 'composed'>): readonly string[] => [
  ...dependants.map(({ name }) => `${target}/container/${name}`),
  ...composed.map(({ name }) => `${target}/compose/${name}`),
]

/**
 * What uses others, or is used, waits while a rollout is under way that is about itself, what it uses, or what uses it: they are one
 * set, and two rollouts of it would each undo the other. Null when there is none.
 */
export async function busySet(store: Pick<Store, 'openRollouts'>, workload: Placed): Promise<Decision | null> {
  const mine = reachOf(workload)
  if (mine === null && workload.kind !== 'compose') return null
  const open = (await store.openRollouts()).filter((each) => each.stage !== 'kept' && each.workload !== workload.id)
  for (const rollout of open) {
    const members = involvedIn(rollout)
    const isOfSet = members.some((each) => mine?.has(each) === true)
    if (!isOfSet && !sharesFiles(rollout, workload.id)) continue
    const isIts = members.includes(workload.id)
    const how = isIts ? 'it follows' : isOfSet ? 'it belongs with' : 'it shares its files with what follows'
    const sentence = `${how} ${rollout.name}, whose rollout is at ${rollout.step}`
    return { ...decision('rolling-out', 'ROLLOUT_OPEN', sentence), againInMs: againMs, waitsFor: rollout.workload }
  }
  return null
}

/**
 * Whether a workload is defined by the same files as one that has to follow a rollout: what follows is brought along
 * outside of its project's turn, and neither may edit them under the other.
 */
export const sharesFiles = ({ followedBy = [] }: Pick<Rollout, 'followedBy'>, workload: string): boolean =>
  followedBy.some((each) => turnOf(each) === turnOf(workload))

/**
 * The rollout that another one has to make room for, when both were begun at the same time: the older goes on, unless the
 * younger was quicker and is on its way.
 */
export async function rivalOf(
  store: Pick<Store, 'openRollouts'>,
  rollout: Rollout,
  workload: Placed,
): Promise<Rollout | null> {
  const mine = new Set([...(reachOf(workload) ?? []), ...(rollout.followedBy ?? [])])
  if (mine.size === 0 && workload.kind !== 'compose') return null
  const open = (await store.openRollouts()).filter((each) => each.stage !== 'kept' && each.id !== rollout.id)
  const goesOn = (each: Rollout) =>
    each.attempted.length > 0 ||
    (each.createdAt === rollout.createdAt ? each.id < rollout.id : each.createdAt < rollout.createdAt)
  const collides = (each: Rollout) =>
    involvedIn(each).some((member) => mine.has(member)) ||
    sharesFiles(each, rollout.workload) ||
    sharesFiles(rollout, each.workload)
  return open.find((each) => goesOn(each) && collides(each)) ?? null
}

/** Null for what neither uses others nor is used. */
function reachOf({ id, kind, after, follows, ...set }: Placed): ReadonlySet<string> | null {
  // What a Compose service depends on in its project goes its own way; what it lives in outside of that does not.
  const project = id.slice(0, id.lastIndexOf('/') + 1)
  const used = kind === 'compose' ? after.filter((each) => !each.startsWith(project)) : after
  const dependants = dependantsOf(set)
  // What it lived in may be gone already, because a rollout that it has to follow made that again.
  const isAlone = used.length + dependants.length === 0 && follows == null
  if (kind === 'swarm' || isAlone) return null
  return new Set([id, ...used, ...dependants])
}
