import type { ReplaceFacts, Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../target.ts'
import { engineAbilities } from '../engine/engine-abilities.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import { apply } from './apply.ts'
import type { DockerDeps } from './docker-deps.ts'
import { changedWorkloads } from './changed-workloads.ts'
import { findRollouts } from './find-rollouts.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { listWorkloads } from './list-workloads.ts'
import { observe } from './observe.ts'
import { watch } from '../engine/watch.ts'

/** A target whose rollouts put a new instance in the place of the old one. */
export interface DockerTarget extends Target {
  observe(rollout: Rollout, signal: AbortSignal): Promise<ReplaceFacts>
}

/** The plain containers of one Docker engine. */
export function createDockerTarget(base: EngineDeps): DockerTarget {
  const deps: DockerDeps = { ...base, newInstances: new Map() }
  return {
    ...engineAbilities(deps),
    kind: 'container',
    procedure: 'replace',
    listWorkloads: (signal) => listWorkloads(deps, signal),
    observe: (rollout, signal) => observe(deps, rollout, signal),
    apply: (rollout, effect, context) => apply(deps, rollout, effect, context),
    async capture(rollout, signal) {
      const container = await requireInstance(deps, rollout.oldInstance, signal)
      return { container, image: await deps.engine.inspectImage(rollout.fromImage, signal) }
    },
    findRollouts: (signal) => findRollouts(deps, signal),
    watch: (onChange, signal) => watch(deps, (event) => changedWorkloads(deps.target, event), onChange, signal),
  }
}
