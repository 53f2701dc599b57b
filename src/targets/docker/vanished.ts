import type { EngineEvent } from '../../clients/docker/events.ts'
import type { InstanceFacts, Rollout } from '../../rollout/rollout.ts'
import { lethalSignals } from '../engine/stopped-by-hand.ts'
import type { DockerDeps } from './docker-deps.ts'
import { operationLabel } from './labels.ts'

/**
 * The new instance of a rollout as the engine remembers it, where it removed itself when it ended: events carry the
 * labels. Null when the engine remembers no end of it, as after its own restart.
 */
export async function findVanished(
  { engine }: Pick<DockerDeps, 'engine'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<InstanceFacts | null> {
  const isOwn = ({ attributes }: EngineEvent): boolean => attributes[operationLabel] === rollout.id
  const isEnd = (event: EngineEvent): boolean => event.action === 'die' && isOwn(event)
  const filters = { types: ['container'], actions: ['start', 'kill', 'die'] }
  // The engine notes a signal before the end that it brings about, never after it.
  const remembered = await engine.rememberedEvents(filters, { isWhole: (events) => events.some(isEnd) }, signal)
  const last = remembered.find(isEnd)
  if (last === undefined) return null
  const events = remembered.filter((each) => isOwn(each) && each.id === last.id)
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
