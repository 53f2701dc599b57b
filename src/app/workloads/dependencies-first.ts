import type { Workload } from '../../targets/target.ts'

type Dependant = Pick<Workload, 'id' | 'after'>

/** The same workloads, each after those among them that it depends on; otherwise in the order given. */
export function dependenciesFirst<Each extends Dependant>(workloads: readonly Each[]): readonly Each[] {
  const byId = new Map(workloads.map((each) => [each.id, each]))
  const sorted = new Set<Each>()
  const begun = new Set<Each>()
  const add = (each: Each): void => {
    // Of a circle, one has to be the first.
    if (begun.has(each)) return
    begun.add(each)
    for (const id of each.after) {
      const dependency = byId.get(id)
      if (dependency !== undefined) add(dependency)
    }
    sorted.add(each)
  }
  for (const each of workloads) add(each)
  return [...sorted]
}
