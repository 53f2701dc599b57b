import type { App } from '../app.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { targetDefaults } from '../groups/group-settings.ts'
import { massChangeSentence, mostAtOnce, wantsUnapproved } from './mass-change.ts'
import { targetOf, type Workload } from '../../targets/target.ts'

interface Planned {
  readonly id: string
  readonly decision: Decision
  readonly rollout: unknown
}

/**
 * What a plan found due, held where that is too much at once: a pass would hold it once it has recorded what the plan
 * only looks at.
 * @param watched what was planned, as it was just seen
 */
export async function holdPlanned<Each extends Planned>(
  { store, limits }: Pick<App, 'store' | 'limits'>,
  planned: readonly Each[],
  watched: readonly { readonly workload: Pick<Workload, 'id' | 'imageId'> }[],
): Promise<readonly (Each | (Each & { readonly rollout: null }))[]> {
  const known = { approvals: await store.approvals(), underWay: await store.rolloutsUnderWay() }
  const images = new Map(watched.map(({ workload: { id, imageId } }) => [id, imageId]))
  const counts = ({ id, decision: decided }: Each): boolean =>
    wantsUnapproved({ id, imageId: images.get(id) ?? '', ...decided }, known)
  return planned.map((each) => {
    if (!each.decision.isRolloutDue || !counts(each)) return each
    const name = targetOf(each.id)
    const same = planned.filter(({ id }) => targetOf(id) === name)
    const most = mostAtOnce(limits.get(name) ?? targetDefaults, same.length)
    const count = same.filter(counts).length
    const sentence = massChangeSentence({ count, most, found: null, isApproved: false }, name)
    if (sentence === null) return each
    return { ...each, decision: decision('held', 'MASS_CHANGE', sentence, each.decision.candidate), rollout: null }
  })
}
