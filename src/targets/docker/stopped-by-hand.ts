import { constants } from 'node:os'
import type { Engine } from '../../clients/docker/engine.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { statusOf } from './instance-facts.ts'

/**
 * The engine notes a signal after sending it, so the end that it caused may come first. An `until` that has not come
 * yet makes the engine wait for it, hence no more.
 */
const afterwardsMs = 200

/**
 * Whether somebody else ended a run: the engine remembers signals that it was asked to send. What we may have stopped
 * ourselves counts as ours, since taking a stop of ours for a person's would leave a workload down.
 */
export async function wasStoppedByHand(
  engine: Pick<Engine, 'pastEvents'>,
  container: ContainerInspect,
  rollout: Pick<Rollout, 'attempted'>,
  role: 'old' | 'new',
  signal: AbortSignal,
): Promise<boolean> {
  const { StartedAt, FinishedAt } = container.State
  const hasEnded = statusOf(container) === 'exited' && Date.parse(FinishedAt) >= Date.parse(StartedAt)
  if (!hasEnded || rollout.attempted.includes(role === 'old' ? 'stop-old' : 'stop-new')) return false
  const filters = { types: ['container'], actions: ['kill'], container: container.Id }
  const until = new Date(Date.parse(FinishedAt) + afterwardsMs).toISOString()
  const events = await engine.pastEvents(filters, StartedAt, until, signal)
  const lethal = lethalSignals(container.Config.StopSignal)
  return events.some(({ attributes }) => lethal.has(Number(attributes['signal'])))
}

/** Others, such as HUP, are how programs are told to read their configuration again. */
function lethalSignals(stopSignal: string | null | undefined): ReadonlySet<number> {
  const { SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM } = constants.signals
  return new Set([SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM, signalNumber(stopSignal ?? '')])
}

function signalNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const name = text.toUpperCase()
  const found = Object.entries(constants.signals).find(([key]) => key === name || key === `SIG${name}`)
  return found?.[1] ?? 0
}
