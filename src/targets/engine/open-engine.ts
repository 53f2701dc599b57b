import { createEngine } from '../../clients/docker/engine.ts'
import { parseEngineAddress } from '../../clients/docker/engine-address.ts'
import { systemClock, type Clock } from '../../lib/clock.ts'
import { createTurns } from '../../lib/in-turn.ts'
import type { EngineDeps } from './engine-deps.ts'
import { createInspections } from './inspections.ts'
import { readSelfHints, type SelfHints } from './self.ts'

export interface EngineOptions {
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
 * One Docker engine, for all targets on it. Nothing is asked of it before the first call.
 * @throws CONFIG_INVALID for a host that is not understood
 */
export function openEngine(options: EngineOptions): EngineDeps {
  const engine = createEngine(parseEngineAddress(options.host, options.allowInsecure))
  return {
    target: options.name,
    host: options.host,
    engine,
    inspections: createInspections(engine),
    lateCommands: new Map(),
    pulls: createTurns(),
    self: options.self ?? readSelfHints(),
    clock: options.clock ?? systemClock,
  }
}
