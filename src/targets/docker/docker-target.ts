import type { ReplaceFacts, Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../target.ts'
import { engineAbilities } from '../engine/engine-abilities.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import type { Remaking } from '../engine/remaking.ts'
import { describeEngine, leftAloneByEngine } from '../engine/engine-support.ts'
import { examineEngine } from '../engine/examine-engine.ts'
import { apply } from './apply.ts'
import type { DockerDeps, WasEndedByUs } from './docker-deps.ts'
import type { EnsuredContainer } from './ensured/ensured-container.ts'
import { readLastWords } from './last-words.ts'
import { changedWorkloads } from './changed-workloads.ts'
import { findRollouts } from './find-rollouts.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { listWorkloads } from './list-workloads.ts'
import { observe } from './observe.ts'
import { prepareComposed } from './sets/prepare-composed.ts'
import { watch } from '../engine/watch.ts'

/** A target whose rollouts put a new instance in the place of the old one. */
export interface DockerTarget extends Target {
  observe(rollout: Rollout, signal: AbortSignal): Promise<ReplaceFacts>
}

/**
 * The plain containers of one Docker engine.
 * @param ensured those that are to be made where they do not exist
 * @param remaking makes Compose services again that live in them; without it such containers are held
 * @param wasEndedByUs what rollouts of ours remember; without it what is down was stopped by somebody else
 */
export function createDockerTarget(
  base: EngineDeps,
  ensured: readonly EnsuredContainer[] = [],
  remaking: Remaking | null = null,
  wasEndedByUs: WasEndedByUs = async () => false,
): DockerTarget {
  const memories = { newInstances: new Map(), providerNames: new Map(), lastWords: new Map() }
  const deps: DockerDeps = { ...base, ...memories, ensured, remaking, wasEndedByUs }
  return {
    ...engineAbilities(deps),
    kind: 'container',
    describe: (signal) => describeEngine(deps, signal),
    examine: (signal) => examineEngine(deps, signal),
    procedure: 'replace',
    listWorkloads: async (signal) => leftAloneByEngine(deps, await listWorkloads(deps, signal), signal),
    prepare: (workload, _image, signal) => prepareComposed(deps, workload, signal),
    observe: (rollout, signal) => observe(deps, rollout, signal),
    readLogTail: (instance, signal) => readLastWords(deps, instance, signal),
    apply: (rollout, effect, context) => apply(deps, rollout, effect, context),
    async capture(rollout, signal) {
      const container = await requireInstance(deps, rollout.oldInstance, signal)
      const dependants = await Promise.all(
        rollout.dependants.map(({ instance }) => deps.engine.inspectContainer(instance, signal)),
      )
      const { composed = [] } = rollout
      return {
        container,
        image: await deps.engine.inspectImage(rollout.fromImage, signal),
        dependants,
        ...(composed.length > 0 && { composed: await deps.remaking?.capture(composed, signal) }),
      }
    },
    findRollouts: (signal) => findRollouts(deps, signal),
    watch: (onChange, signal, onRefused) =>
      watch(deps, (event) => changedWorkloads(deps.target, event), onChange, signal, onRefused),
  }
}
