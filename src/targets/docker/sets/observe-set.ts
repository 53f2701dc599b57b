import type { ContainerSummary } from '../../../clients/docker/containers.ts'
import type { ContainerInspect, NetworkEndpoint } from '../../../clients/docker/shapes.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import type { DependantFacts } from '../../../rollout/facts.ts'
import { formerSettings } from '../../../rollout/replace/changed-meanwhile.ts'
import type { InstanceFacts, Rollout } from '../../../rollout/rollout.ts'
import { readInstance } from '../../engine/instance-facts.ts'
import { wasStoppedByHand } from '../../engine/stopped-by-hand.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { isConnectedTo } from '../endpoints.ts'
import { readNetworks } from '../labels.ts'
import { settingsSince } from '../lost-network.ts'
import { copyAmong } from '../copies.ts'
import { isStranded, livesInPast, madeFor, memberOf } from './members.ts'

/** What the engine shows of the dependants of a rollout, in its order. */
export async function observeSet(
  deps: DockerDeps,
  rollout: Rollout,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<readonly DependantFacts[]> {
  // The workload's own settings are the first.
  return Promise.all(
    rollout.dependants.map((plan, index) =>
      observeOne(deps, rollout, plan, formerSettings(rollout, index + 1), summaries, signal),
    ),
  )
}

async function observeOne(
  deps: DockerDeps,
  rollout: Rollout,
  plan: Dependant,
  settings: string | undefined,
  summaries: readonly ContainerSummary[],
  signal: AbortSignal,
): Promise<DependantFacts> {
  const { engine } = deps
  const made = madeFor(summaries, rollout, plan)
  const copied = copyAmong(summaries, memberOf(rollout, plan))
  const [old, fresh, copy] = await Promise.all([
    engine.inspectContainer(plan.instance, signal),
    made === undefined ? null : engine.inspectContainer(made.id, signal),
    copied === undefined ? null : engine.inspectContainer(copied.id, signal),
  ])
  // As the old one was asked for when its successor was made: nothing else remembers a network that it lost.
  const labelled = fresh ?? copy
  const networks = (labelled && readNetworks(labelled.Config.Labels ?? {})) ?? []
  const runs = [fresh, old, copy].find((each) => each?.State.Running === true) ?? null
  // What could never be started is made anew.
  const isUsable = copy !== null && (copy.State.Running || !(await isStranded(deps, copy, signal)))
  return {
    plan,
    old: old && {
      ...(await factsOf(deps, rollout, old, networks, 'stop-dependants', signal)),
      ...(await settingsSince(deps, old, settings, signal)),
    },
    new: fresh && (await factsOf(deps, rollout, fresh, networks, 'stop-new-dependants', signal)),
    ...(isUsable && { copy: await factsOf(deps, rollout, copy, networks, 'stop-dependants', signal) }),
    isBehind: runs !== null && (await livesInPast(deps, runs, signal)),
    nameHolder: summaries.find(({ name }) => name === plan.name)?.id ?? null,
  }
}

async function factsOf(
  { engine }: DockerDeps,
  rollout: Rollout,
  container: ContainerInspect,
  networks: readonly NetworkEndpoint[],
  stop: 'stop-dependants' | 'stop-new-dependants',
  signal: AbortSignal,
): Promise<InstanceFacts> {
  const isOurStop = rollout.attempted.includes(stop)
  const isByHand = !isOurStop && (await wasStoppedByHand(engine, container, { attempted: [] }, 'old', signal))
  const connected = networks.every((each) => isConnectedTo(container, each))
  return readInstance(container, { connected, stoppedByHand: isByHand })
}
