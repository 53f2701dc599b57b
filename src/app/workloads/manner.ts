import { namesOf } from '../../rollout/dependant.ts'
import type { Order, PlannedRollout, Procedure } from '../../rollout/rollout.ts'
import type { Target, Workload } from '../../targets/target.ts'
import type { WorkloadSettings } from './settings.ts'

/** In which way a rollout of a workload would go, and why, as the end of a sentence. */
export interface Manner extends Pick<PlannedRollout, 'stopped' | 'ranBefore' | 'removesItself'> {
  readonly procedure: Procedure
  readonly order: Order
  readonly why: string
}

/** What a workload is now decides more than its settings: only two that run can be exchanged without a gap. */
export function mannerOf(
  workload: Workload,
  settings: Pick<WorkloadSettings, 'order' | 'stopped'>,
  { procedure }: Pick<Target, 'procedure'>,
): Manner {
  const removesItself = workload.removesItself === true
  const base = { procedure, removesItself, stopped: null }
  if (workload.isAbsent === true) {
    return { ...base, procedure: 'create', order: 'stop-first', why: 'there is nothing that it would replace' }
  }
  const stopped = workload.kind === 'swarm' || settings.stopped === 'ignore' ? null : settings.stopped
  if (stopped !== null && !workload.isRunning) {
    return { ...base, order: 'stop-first', stopped, why: whyStopped[stopped] }
  }
  if (removesItself) return { ...base, order: 'stop-first', why: 'stopping it removes it, so a copy is made before' }
  const { order, why } =
    settings.order === 'auto' ? workload.suggestedOrder : { order: settings.order, why: 'its settings say so' }
  if (stopped !== 'start' || workload.running === undefined) return { ...base, order, why }
  return { ...base, order, stopped, ranBefore: workload.running, why: `${why}, and all its instances are started` }
}

const whyStopped = {
  update: 'it does not run, and is left stopped',
  start: 'it does not run, and is started then',
} as const

/** How a rollout goes, for the history. */
export function tellManner(rollout: PlannedRollout): string {
  const { procedure, order, stopped, ranBefore, scale, removesItself, follows, dependants, composed = [] } = rollout
  if (procedure === 'create') return 'it is made as ensure says'
  if (stopped !== null && ranBefore === undefined) return whyStopped[stopped]
  // Compose has one way for both.
  if (follows !== null && procedure === 'compose') return 'it is made again'
  if (follows?.how === 'restart') return 'it is restarted'
  const set = [...dependants, ...composed]
  if (set.length > 0) return `${order}, with ${namesOf(set)}, which cannot do without it`
  if (ranBefore !== undefined) return `${order}; ${ranBefore} of ${scale} instances ran, and all are started`
  return removesItself ? `${order}, with a copy of it to go back to` : order
}
