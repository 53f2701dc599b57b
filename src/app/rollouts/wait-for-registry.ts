import { toAppError, type AppError } from '../../errors.ts'
import { parseReference } from '../../image/reference.ts'
import { formatAge } from '../../lib/age.ts'
import type { Clock } from '../../lib/clock.ts'
import { redact } from '../../lib/secret.ts'
import { noteFailed } from '../../rollout/machine.ts'
import { pauseAfterRefusal, waitFor, waitLeftMs, type PullPace, type Refused } from '../../rollout/registry-wait.ts'
import type { EffectKind, Rollout } from '../../rollout/rollout.ts'
import { goBack } from '../../rollout/step.ts'
import type { App } from '../app.ts'

/** The registry that a rollout pulls from, as far as its pauses go. */
export interface PulledRegistry {
  readonly host: string
  /** What is left of a pause that it asked for, in milliseconds; 0 without one. */
  leftMs(): number
  pause(ms: number, what: Refused): void
  /** One request that a pull costs nothing more for. @throws with `retryAfterMs` when it is still too early */
  ask(signal: AbortSignal): Promise<void>
}

interface PauseDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly registryOf?: (rollout: Rollout) => PulledRegistry
}

/** Finds the registry of a rollout; its pauses are those that our own questions keep. */
export function registryOf(
  { registryFor, registryPauses }: Pick<App, 'registryFor' | 'registryPauses'>,
  { repository, digest }: Rollout,
): PulledRegistry {
  const reference = parseReference(repository)
  const { registry: host } = reference
  const from = { registry: host, repository: reference.repository }
  return {
    host,
    leftMs: () => registryPauses?.leftMs(from) ?? 0,
    pause: (ms, what) => registryPauses?.begin(from, ms, what),
    ask: async (signal) => void (await registryFor(host).resolve(reference, digest, digest, signal)),
  }
}

/** What a pull may know and tell of its registry. */
export const paceOf = (registry: PulledRegistry, rollout: Rollout): PullPace => ({
  leftMs: () => registry.leftMs(),
  refused(ms, what) {
    const pauseMs = pauseAfterRefusal(rollout, ms)
    if (pauseMs !== null) registry.pause(pauseMs, what)
  },
})

/**
 * Whether nothing was touched yet, and this or what comes of it pulls. The nodes of a Swarm do so by themselves once it is
 * told, as fast as it lets them: all that can be done for their registry is to tell it later.
 */
export const leadsToPull = ({ procedure }: Pick<Rollout, 'procedure'>, effect: EffectKind): boolean =>
  effect === 'pull' || (procedure === 'service' && effect === 'capture')

/**
 * The rollout as it waits, or goes back, because its registry wants to be left alone; null when its image may be pulled.
 * After a wait the registry is asked first: an engine, which keeps to itself how long it was told to wait, would be
 * refused once more.
 */
export async function waitBeforePull(deps: PauseDeps, rollout: Rollout, signal: AbortSignal): Promise<Rollout | null> {
  const registry = deps.registryOf?.(rollout)
  if (registry === undefined) return null
  const ownMs = waitLeftMs(rollout, deps.clock.now())
  const knownMs = Math.max(registry.leftMs(), ownMs)
  const isOver = knownMs === 0 && rollout.registryWait !== undefined
  const leftMs = isOver ? await askAfterWait(registry, signal) : knownMs
  if (leftMs === 0) return null
  // Nothing new, but for what two clocks differ by: it is not written down again.
  if (ownMs > 0 && leftMs <= ownMs + 1000) return rollout
  const refusals = rollout.registryWait?.refusals ?? 0
  return waiting(deps, rollout, { leftMs, refusals, host: registry.host })
}

/** The rollout as it waits after a pull that its registry refused for now; null for any other failure. */
export function waitAfterPull(deps: PauseDeps, rollout: Rollout, effect: EffectKind, error: AppError): Rollout | null {
  const registry = deps.registryOf?.(rollout)
  if (effect !== 'pull' || error.retryAfterMs === undefined || registry === undefined) return null
  const leftMs = registry.leftMs()
  if (leftMs === 0) return null
  const sentence = redact(error.message)
  const failed = { ...noteFailed(rollout, effect), lastFailure: { effect, sentence } }
  const refusals = (rollout.registryWait?.refusals ?? 0) + 1
  return waiting(deps, failed, { leftMs, refusals, host: registry.host })
}

function waiting(
  { clock }: PauseDeps,
  rollout: Rollout,
  pause: { readonly leftMs: number; readonly refusals: number; readonly host: string },
): Rollout {
  const sentence = `${pause.host} asked to be left alone`
  const registryWait = waitFor(rollout, pause.leftMs, { refusals: pause.refusals, sentence }, clock.now())
  if (registryWait !== null) return { ...rollout, step: 'J1', registryWait }
  const why = `${sentence} for too long: ${formatAge(pause.leftMs)} more`
  return goBack(rollout, 'failed', { code: 'TARGET_PULL_FAILED', sentence: why }).rollout
}

/** Milliseconds that it is still too early by; 0 when it is not, or when something else is wrong, which the pull tells. */
async function askAfterWait(registry: PulledRegistry, signal: AbortSignal): Promise<number> {
  try {
    await registry.ask(signal)
    return 0
  } catch (thrown) {
    const { retryAfterMs } = toAppError(thrown)
    return retryAfterMs === undefined ? 0 : Math.max(retryAfterMs, registry.leftMs())
  }
}
