import type { DecisionState } from '../../store/store.ts'
import { targetOf } from '../../targets/target.ts'
import type { App } from '../app.ts'
import type { SenderCount } from '../events/sender-counts.ts'
import type { RolloutCount } from '../rollouts/rollout-counts.ts'
import type { RegistryStanding } from '../scans/registry-standing.ts'
import { readStatus } from './read-status.ts'

/** What a monitoring system is told. Counts begin with the process. */
export interface Metrics {
  /** Whether everything is held until `longshore resume`. */
  readonly isHeld: boolean
  /** Targets on which no rollout begins by itself until `longshore release`. */
  readonly heldTargets: readonly string[]
  readonly workloads: readonly { readonly target: string; readonly state: DecisionState; readonly count: number }[]
  readonly rollouts: readonly RolloutCount[]
  /** Empty where nothing is listened for. */
  readonly senders: readonly SenderCount[]
  readonly registries: RegistryStanding
}

type MetricsDeps = Parameters<typeof readStatus>[0] & Pick<App, 'registryStanding' | 'rolloutCounts' | 'senderCounts'>

const nothing: RegistryStanding = { budgets: [], lanes: [], circuits: [], suspicious: [], requests: [] }

/** @throws STATE_* when the state cannot be read */
export async function readMetrics(app: MetricsDeps): Promise<Metrics> {
  const { hold, heldTargets, workloads } = await readStatus(app)
  const groups = Map.groupBy(workloads, ({ id, state }) => `${targetOf(id)} ${state}`)
  return {
    isHeld: hold !== null,
    // One may be held for two reasons.
    heldTargets: [...new Set(heldTargets.map(({ target }) => target))],
    workloads: [...groups.values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ target: targetOf(first.id), state: first.state, count: 1 + others.length }],
    ),
    rollouts: app.rolloutCounts?.read() ?? [],
    senders: app.senderCounts?.read().senders ?? [],
    registries: app.registryStanding?.() ?? nothing,
  }
}
