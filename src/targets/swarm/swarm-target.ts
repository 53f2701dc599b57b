import type { EngineEvent } from '../../clients/docker/events.ts'
import { AppError } from '../../errors.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import { leftAloneByEngine } from '../engine/engine-support.ts'
import { waitUntilAvailable } from '../engine/wait-until-available.ts'
import { watch } from '../engine/watch.ts'
import type { Target } from '../target.ts'
import { apply } from './apply.ts'
import { examine } from './examine.ts'
import { readImageHealth } from './image-health.ts'
import { listWorkloads, outOfSight } from './list-workloads.ts'
import { observe } from './observe.ts'
import type { Snapshot } from './snapshot.ts'
import { prune } from './prune.ts'
import { removeEnded } from './remove-ended.ts'
import { readTaskWords } from './task-words.ts'
import { workloadId, type SwarmDeps } from './swarm-deps.ts'

/** The services of the Swarm that one Docker engine manages. The Swarm runs them; we tell it what, and follow. */
export function createSwarmTarget(base: EngineDeps): Target {
  const deps: SwarmDeps = { ...base, role: { kind: null, askedAt: 0 } }
  const { engine, target } = deps
  return {
    name: target,
    kind: 'swarm',
    procedure: 'service',
    listWorkloads: async (signal) => leftAloneByEngine(deps, await listWorkloads(deps, signal), signal),
    outOfSight: () => outOfSight(deps),
    examine: (signal) => examine(deps, signal),
    observe: (rollout, signal) => observe(deps, rollout, signal),
    apply: (rollout, effect, context) => apply(deps, rollout, effect, context),
    async capture({ oldInstance, name }, signal): Promise<Snapshot> {
      const service = await engine.inspectService(oldInstance, signal)
      if (service === null) throw new AppError('TARGET_NOT_FOUND', `the service ${name} is gone`)
      return { image: service.image, spec: service.spec }
    },
    readLogTail: (task, signal) => readTaskWords(deps, task, signal),
    // Nothing of ours is written on a service: what it is told to run says how far a rollout came.
    findRollouts: async () => [],
    previewSettings: async () => [],
    readImageHealth,
    removeEnded: (rollout, signal) => removeEnded(deps, rollout, signal),
    prune: (image, signal) => prune(deps, image, signal),
    ping: (signal) => engine.ping(signal),
    waitUntilAvailable: (signal) => waitUntilAvailable(base, signal),
    watch: (onChange, signal) => watch(base, (event) => changed(target, event), onChange, signal, undefined, filters),
    close: () => engine.close(),
  }
}

const filters = { types: ['service'], actions: ['create', 'update', 'remove'] }

const changed = (target: string, { attributes }: EngineEvent): readonly string[] =>
  attributes['name'] === undefined ? [] : [workloadId(target, attributes['name'])]
