import type { EngineEvent } from '../../clients/docker/events.ts'
import type { InstanceFacts, Rollout } from '../../rollout/rollout.ts'
import { lethalSignals } from '../engine/stopped-by-hand.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel } from './labels.ts'

/** The engine notes a signal after sending it, so the end that it caused may come first. */
const afterwardsMs = 200

/**
 * The new instance of a rollout as the engine remembers it, where it removed itself when it ended: events carry the
 * labels. Null when the engine remembers no end of it, as after its own restart.
 */
export async function findVanished(
  { engine, clock }: Pick<DockerDeps, 'engine' | 'clock'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<InstanceFacts | null> {
  const own = async (until: number): Promise<readonly EngineEvent[]> => {
    const filters = { types: ['container'], actions: ['start', 'kill', 'die'] }
    const events = await engine.pastEvents(filters, beginning, new Date(until).toISOString(), signal)
    return events.filter(({ attributes }) => attributes[operationLabel] === rollout.id)
  }
  const last = (await own(clock.now())).findLast(({ action }) => action === 'die')
  if (last === undefined) return null
  const events = (await own(last.at + afterwardsMs)).filter(({ id }) => id === last.id)
  const startedAt = events.findLast(({ action }) => action === 'start')?.at ?? last.at
  const signals = events.filter(({ action, at }) => action === 'kill' && at >= startedAt)
  const lethal = lethalSignals(null)
  return {
    id: last.id,
    name: last.attributes['name'] ?? rollout.name,
    status: 'exited',
    restart: 'no',
    image: rollout.toImage ?? '',
    exitCode: Number(last.attributes['exitCode'] ?? '0'),
    error: '',
    health: 'none',
    probe: null,
    healthBudgetMs: 0,
    restarts: 0,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(last.at).toISOString(),
    connected: true,
    stoppedByHand: signals.some(({ attributes }) => lethal.has(Number(attributes['signal']))),
  }
}

const beginning = new Date(0).toISOString()
