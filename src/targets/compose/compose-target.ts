import type { Compose } from '../../clients/compose/compose.ts'
import { engineAbilities } from '../engine/engine-abilities.ts'
import type { EngineDeps } from '../engine/engine-deps.ts'
import { leftAloneByEngine } from '../engine/engine-support.ts'
import { watch } from '../engine/watch.ts'
import type { Remaking } from '../engine/remaking.ts'
import type { Target } from '../target.ts'
import { apply } from './apply.ts'
import { capture } from './capture.ts'
import { changedServices } from './changed-services.ts'
import type { ComposeDeps, WasToRun } from './compose-deps.ts'
import { examineCompose } from './examine-compose.ts'
import { findRollouts } from './find-rollouts.ts'
import { createTurns } from '../../lib/in-turn.ts'
import { listWorkloads } from './list-workloads.ts'
import { namingRefused } from './name-refused.ts'
import { observe } from './observe.ts'
import { prepare } from './prepare.ts'
import { createRemaking } from './remake.ts'
import type { ConfiguredService } from './project-of.ts'

export interface ComposeTargetOptions {
  readonly compose: Compose
  readonly configured: readonly ConfiguredService[]
  /** Folders that the files of services may lie in; empty for the folder of each project and what its labels name. */
  readonly roots: readonly string[]
  /** Allows `include` and `extends` of files on other machines. */
  readonly allowRemote: boolean
  /** A folder of ours, for what a file's own folder does not take. */
  readonly spareFolder: string
}

/** A target that also makes services again which live in containers of another target on its engine. */
export interface ComposeTarget extends Target {
  readonly remaking: Remaking
}

/**
 * The Compose services of one Docker engine, rolled out by the user's own `docker compose`.
 * @param wasToRun what rollouts of ours remember; without it what is down was stopped by somebody else
 */
export function createComposeTarget(
  base: EngineDeps,
  options: ComposeTargetOptions,
  wasToRun: WasToRun = async () => false,
): ComposeTarget {
  const memories = { settled: new Set<string>(), agreed: new Map(), usedBy: new Map() }
  const compose = namingRefused(options.compose, base.engine)
  const deps: ComposeDeps = { ...base, ...options, ...memories, compose, wasToRun, inTurn: createTurns() }
  return {
    ...engineAbilities(deps),
    kind: 'compose',
    procedure: 'compose',
    remaking: createRemaking(deps),
    listWorkloads: async (signal) => leftAloneByEngine(deps, await listWorkloads(deps, signal), signal),
    examine: (signal) => examineCompose(deps, signal),
    prepare: (workload, image, signal, leaves) => prepare(deps, workload, image, signal, leaves),
    observe: (rollout, signal) => observe(deps, rollout, signal),
    apply: (rollout, effect, context) => apply(deps, rollout, effect, context),
    capture: (rollout, signal) => capture(deps, rollout, signal),
    findRollouts: (signal) => findRollouts(deps, signal),
    watch: (onChange, signal) =>
      watch(deps, (event) => changedServices(deps.target, event, deps.usedBy), onChange, signal),
  }
}
