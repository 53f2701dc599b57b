import { createEngine } from '../../clients/docker/engine.ts'
import { parseEngineAddress } from '../../clients/docker/engine-address.ts'
import { AppError } from '../../errors.ts'
import { systemClock, type Clock } from '../../lib/clock.ts'
import type { Target } from '../target.ts'
import { apply } from './apply.ts'
import type { DockerDeps } from './docker-deps.ts'
import { findRollouts } from './find-rollouts.ts'
import { createInspections } from './inspections.ts'
import { requireInstance } from './instance.ts'
import { listWorkloads } from './list-workloads.ts'
import { readLogTail } from './log-tail.ts'
import { observe } from './observe.ts'
import { prune } from './prune.ts'
import { readSelfHints, type SelfHints } from './self.ts'
import { readImageSettings } from './image-settings.ts'
import { settingChanges } from './setting-changes.ts'
import { watch } from './watch.ts'

export interface DockerTargetOptions {
  /** Starts the ids of its workloads: `local`. */
  readonly name: string
  /** As in `DOCKER_HOST`: `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375`. */
  readonly host: string
  /** Allows plain TCP beyond this machine. */
  readonly allowInsecure?: boolean
  readonly self?: SelfHints
  readonly clock?: Clock
}

/**
 * The containers of one Docker engine. Nothing is asked of it before the first call.
 * @throws CONFIG_INVALID for a host that is not understood
 */
export function createDockerTarget(options: DockerTargetOptions): Target {
  const engine = createEngine(parseEngineAddress(options.host, options.allowInsecure))
  const deps: DockerDeps = {
    target: options.name,
    engine,
    inspections: createInspections(engine),
    newInstances: new Map(),
    lateCommands: new Map(),
    self: options.self ?? readSelfHints(),
    clock: options.clock ?? systemClock,
  }
  return {
    name: options.name,
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
    watch: (onChange, signal) => watch(deps, onChange, signal),
    prune: (image, signal) => prune(deps, image, signal),
    close: () => engine.close(),
  }
}

const pauseMaxMs = 2000

async function waitUntilAvailable({ engine, clock }: DockerDeps, signal: AbortSignal): Promise<void> {
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, pauseMaxMs)) {
    try {
      return await engine.ping(signal)
    } catch (error) {
      // A socket can be without its group for a moment while the engine starts.
      const isAway =
        error instanceof AppError && ['TARGET_UNAVAILABLE', 'TARGET_FORBIDDEN', 'TARGET_FAILED'].includes(error.code)
      if (!isAway) throw error
    }
    await clock.sleep(pauseMs, signal)
  }
}
