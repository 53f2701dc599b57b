import type { Rollout } from '../../rollout/rollout.ts'
import type { WorkloadRow } from '../../store/store.ts'
import type { App } from '../app.ts'
import { groupDefaults } from './group-settings.ts'
import { failures, groupStanding, isAtRest, isFailing, type GroupStanding, type GroupView } from './wave.ts'

type GroupDeps = Pick<App, 'store' | 'groups'>

/** How the group of a workload stands for it; null for one without a group, and while nothing of the group is under way. */
export async function readGroup(
  deps: GroupDeps,
  group: string | null,
  workload: string,
): Promise<GroupStanding | null> {
  const view = group === null ? null : await readView(deps, group)
  return view === null ? null : groupStanding(view, workload)
}

async function readView({ store, groups }: GroupDeps, name: string): Promise<GroupView | null> {
  const wave = await store.wave(name)
  if (wave.length === 0) return null
  const isAtomic = (groups.get(name) ?? groupDefaults).atomic
  return { name, isAtomic, wave, rows: await store.workloads() }
}

/**
 * Ends the wave of a group that has come to rest, and has the others decided anew where one that held them does so no
 * more. To be called whenever a workload of it has been decided.
 */
export async function settleGroup(
  deps: GroupDeps & Pick<App, 'nudges' | 'clock'>,
  before: Omit<WorkloadRow, 'since'> | null,
  row: Omit<WorkloadRow, 'since'>,
): Promise<void> {
  const names = new Set([before?.group, row.group].filter((each) => each != null))
  for (const name of names) {
    const view = await readView(deps, name)
    if (view === null) continue
    const own = view.wave.find((each) => each.workload === row.id)
    const hasFailed = own !== undefined && before !== null && isFailing(own, before, name)
    const isLifted = hasFailed && !isFailing(own, row, name)
    if (isAtRest(view, deps.clock.now())) {
      await deps.store.endWave(
        name,
        view.wave.map(({ id }) => id),
      )
    }
    if (isLifted) nudgeGroup(deps, view.rows, name, row.id)
  }
}

/** Has the workloads of a group decided anew, but for one that has just been. */
export function nudgeGroup(
  { nudges }: Pick<App, 'nudges'>,
  rows: readonly WorkloadRow[],
  group: string,
  besides: string,
): void {
  for (const { id } of rows.filter((each) => each.group === group && each.id !== besides)) {
    nudges.send({ kind: 'decide', workload: id })
  }
}

/** The rollouts of a group that are open. */
export async function openOfGroup({ store }: Pick<App, 'store'>, group: string): Promise<readonly string[]> {
  const ids = new Set((await store.workloads()).filter((row) => row.group === group).map(({ id }) => id))
  const open = (await store.openRollouts()).filter(({ stage }) => stage !== 'kept')
  return open.filter(({ workload }) => ids.has(workload)).map(({ workload }) => workload)
}

/** Has the others of a group decided anew once a rollout of it has failed: they are to stop, or to go back. */
export async function tellGroup(
  deps: Pick<App, 'store' | 'nudges'>,
  { workload, outcome }: Pick<Rollout, 'workload' | 'outcome'>,
): Promise<void> {
  if (!failures.has(outcome ?? '')) return
  const rows = await deps.store.workloads()
  const group = rows.find(({ id }) => id === workload)?.group ?? null
  if (group !== null) nudgeGroup(deps, rows, group, workload)
}
