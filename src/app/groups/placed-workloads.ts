import { targetOf, type Target, type Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { readSettings } from '../workloads/workload-settings.ts'
import { namesUnknown, placesOf, type Place, type Placed } from './order.ts'

/** What of the application the order depends on. */
type OrderDeps = Pick<App, 'store' | 'targets' | 'rules' | 'defaults' | 'watchMode'>

/**
 * Where each workload of a target comes. Other targets are looked at only when a name is not to be found here; one that
 * does not answer has it no more than if it had not, so that the order is never guessed.
 */
export async function placesOn(
  deps: OrderDeps,
  target: Target,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Place>> {
  const seen = workloads.map((each) => toPlaced(deps, each))
  if (namesUnknown(seen, seen).length === 0) return placesOf(seen)
  let known = [...seen, ...(await beingReplaced(deps, seen))]
  let left = deps.targets.filter((each) => each !== target)
  // A circle may lead over targets that only others name, so this goes on until no name leads any further.
  for (;;) {
    const near = left.filter((each) => mayHave(each, known))
    if (near.length === 0) return placesOf(known)
    const looks = near.map((each) => each.listWorkloads(signal).catch(() => []))
    known = [...known, ...(await Promise.all(looks)).flat().map((each) => toPlaced(deps, each))]
    left = left.filter((each) => !near.includes(each))
  }
}

/** While it is replaced, nothing may have its name; it is there all the same. */
async function beingReplaced({ store }: OrderDeps, seen: readonly Placed[]): Promise<readonly Placed[]> {
  const open = await store.openRollouts()
  return open
    .filter(({ stage, workload }) => stage !== 'kept' && seen.every(({ id }) => id !== workload))
    .map(({ workload, name }) => ({ id: workload, name, group: null, after: [], afterNames: [] }))
}

/** Whether a name that none of the known has may be there: beside the workload that says it, or by the whole id. */
const mayHave = ({ name }: Target, known: readonly Placed[]): boolean =>
  known.some((each) => {
    const unknown = each.afterNames.length === 0 ? [] : namesUnknown(known, [each])
    return unknown.some((other) => targetOf(each.id) === name || other.startsWith(`${name}/`))
  })

function toPlaced({ rules, defaults, watchMode }: OrderDeps, workload: Workload): Placed {
  const { watch, settings } = readSettings(workload, rules(), defaults, watchMode)
  const { id, name, after, stack } = workload
  // What nobody watches is never rolled out, so nothing goes before it.
  const own = { id, name, after, ...(stack !== undefined && { stack }) }
  return { ...own, group: watch ? settings.group : null, afterNames: watch ? settings.after : [] }
}
