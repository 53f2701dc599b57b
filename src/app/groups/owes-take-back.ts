import type { App } from '../app.ts'
import { groupStanding } from './wave.ts'

/** Whether a workload of any group has yet to go back because another failed. */
export async function owesTakeBack({ store, groups }: Pick<App, 'store' | 'groups'>): Promise<boolean> {
  const atomic = [...groups].filter(([, { atomic: isAtomic }]) => isAtomic)
  if (atomic.length === 0) return false
  const rows = await store.workloads()
  for (const [name] of atomic) {
    const view = { name, isAtomic: true, wave: await store.wave(name), rows }
    for (const { id, digest } of rows.filter((row) => row.group === name)) {
      const { takeBack } = groupStanding(view, id)
      if (takeBack !== null && digest === takeBack.from) return true
    }
  }
  return false
}
