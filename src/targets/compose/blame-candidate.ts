import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { nameOf } from '../engine/dependants.ts'
import { statusOf } from '../engine/instance-facts.ts'
import { lethalSignals } from '../engine/stopped-by-hand.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { isOld } from './is-old.ts'
import { findService, withoutMemory } from './services.ts'

/**
 * How the engine says that something cannot join the network, processes or memory of what does not run (20.10 to 26.1;
 * newer ones add `namespace` and the name), and Compose (2.26.1) that it waits in vain. Each names the container.
 */
const inVain = [
  /cannot join network (namespace )?of a non running container/,
  /container \S+ is not running/,
  /Container \S+ is restarting, wait until the container is running/,
  /dependency failed to start: container \S+ (exited|is unhealthy)/,
]

/**
 * Runs a command that brings up the new version and what lives in it. Where that cannot be started since the new version
 * ended by itself, or is unhealthy, that and not the surroundings is at fault: tried again it would be down as long again.
 *
 * @throws TARGET_START_FAILED in that case, else what the command threw
 */
export async function orBlameCandidate(
  deps: ComposeDeps,
  rollout: Rollout,
  signal: AbortSignal,
  command: () => Promise<void>,
): Promise<void> {
  try {
    await command()
  } catch (error) {
    // A look that fails accuses nobody.
    const fault = await faultOf(deps, rollout, error, signal).catch(() => null)
    if (fault === null) throw error
    const sentence = `${fault} before what lives in it could be started`
    throw new AppError('TARGET_START_FAILED', sentence, { cause: error })
  }
}

async function faultOf(
  deps: ComposeDeps,
  rollout: Rollout,
  error: unknown,
  signal: AbortSignal,
): Promise<string | null> {
  if (!(error instanceof AppError) || !inVain.some((words) => words.test(error.message))) return null
  const named = new Set(error.message.split(/[^\w.-]+/))
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  const candidate = service?.members.find(
    (each) => !isOld(each, rollout) && [each.container.Id, nameOf(each.container)].some((name) => named.has(name)),
  )
  if (candidate === undefined) return null
  const { container } = candidate
  // Of one that ended and waits for its restart the engine says unhealthy too.
  if (statusOf(container) === 'running' && container.State.Health?.Status === 'unhealthy') {
    return 'its health check failed'
  }
  return ownEnd(deps, container, signal)
}

/**
 * How a container ended, if by itself: nobody has sent it a signal to end, nor has its engine ended with it, which
 * remembers no start of it then. It may run again by now, as its restart policy asks for.
 */
async function ownEnd(
  { engine }: Pick<ComposeDeps, 'engine'>,
  { Id, Config }: ContainerInspect,
  signal: AbortSignal,
): Promise<string | null> {
  const filters = { types: ['container'], actions: ['start', 'kill', 'die'], container: Id }
  const remembered = await engine.rememberedEvents(
    filters,
    { isWhole: (events) => events.some(({ action }) => action === 'die') },
    signal,
  )
  const lethal = lethalSignals(Config.StopSignal)
  const died = remembered.find(({ action }) => action === 'die')
  const isByHand = remembered.some(({ action, attributes }) => {
    return action === 'kill' && lethal.has(Number(attributes['signal']))
  })
  if (died === undefined || isByHand || !remembered.some(({ action }) => action === 'start')) return null
  return `it ended with exit code ${died.attributes['exitCode']}`
}
