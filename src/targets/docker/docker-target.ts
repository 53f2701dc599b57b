import type { ReplaceFacts, Rollout } from '../../rollout/rollout.ts'
import type { Target } from '../target.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import { apply } from './apply.ts'
import type { DockerDeps } from './docker-deps.ts'
import { changedWorkloads } from './changed-workloads.ts'
import { findRollouts } from './find-rollouts.ts'
import { requireInstance } from '../engine/require-instance.ts'
import { listWorkloads } from './list-workloads.ts'
import { readLogTail } from '../engine/log-tail.ts'
import { observe } from './observe.ts'
import { prune } from '../engine/prune.ts'
import { readImageSettings } from '../engine/image-settings.ts'
import { settingChanges } from '../engine/setting-changes.ts'
import { waitUntilAvailable } from '../engine/wait-until-available.ts'
import { watch } from '../engine/watch.ts'

/** The plain containers of one Docker engine. */
export interface DockerTarget extends Target {
  observe(rollout: Rollout, signal: AbortSignal): Promise<ReplaceFacts>
}

export function createDockerTarget(base: EngineDeps): DockerTarget {
  const deps: DockerDeps = { ...base, newInstances: new Map() }
  const { engine } = deps
  return {
    name: deps.target,
    kind: 'container',
    procedure: 'replace',
    listWorkloads: (signal) => listWorkloads(deps, signal),
    observe: (rollout, signal) => observe(deps, rollout, signal),
    apply: (rollout, effect, context) => apply(deps, rollout, effect, context),
    async capture(rollout, signal) {
      const container = await requireInstance(deps, rollout.oldInstance, signal)
      return { container, image: await engine.inspectImage(rollout.fromImage, signal) }
    },
    readLogTail: (instance, signal) => readLogTail(deps, instance, signal),
    findRollouts: (signal) => findRollouts(deps, signal),
    async previewSettings(workload, imageConfig, signal) {
      const [container, oldImage] = await Promise.all([
        requireInstance(deps, workload.instance, signal),
        engine.inspectImage(workload.imageId, signal),
      ])
      // Without the old image nobody can tell what was its default, so all counts as the user's.
      return settingChanges(container, oldImage?.Config ?? {}, readImageSettings(imageConfig))
    },
    waitUntilAvailable: (signal) => waitUntilAvailable(deps, signal),
    watch: (onChange, signal) => watch(deps, (event) => changedWorkloads(deps.target, event), onChange, signal),
    prune: (image, signal) => prune(deps, image, signal),
    close: () => engine.close(),
  }
}
