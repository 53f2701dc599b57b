import { constants } from 'node:os'
import type { Engine } from '../../clients/docker/engine.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { statusOf } from './instance-facts.ts'

/**
 * The engine notes a signal after sending it, so the end that it caused may come first. An `until` that has not come
 * yet makes the engine wait for it, hence no more.
 */
const afterwardsMs = 200

/** As many events as the engine remembers; when it has fewer, they reach back to its own start. */
const rememberedMax = 256

/**
 * Whether somebody else ended a run: the engine remembers signals that it was asked to send. What we may have stopped
 * ourselves counts as ours, since taking a stop of ours for a person's would leave a workload down.
 */
export async function wasStoppedByHand(
  engine: Pick<Engine, 'pastEvents'>,
  container: ContainerInspect,
  rollout: Pick<Rollout, 'attempted' | 'endedRun'>,
  role: 'old' | 'new',
  signal: AbortSignal,
): Promise<boolean> {
  const { StartedAt, FinishedAt } = container.State
  const hasEnded = statusOf(container) === 'exited' && Date.parse(FinishedAt) >= Date.parse(StartedAt)
  if (!hasEnded || rollout.attempted.includes(role === 'old' ? 'stop-old' : 'stop-new')) return false
  // A restart ends one run, and whatever comes after it has its own.
  if (role === 'old' && rollout.endedRun === StartedAt) return false
  const until = new Date(Date.parse(FinishedAt) + afterwardsMs).toISOString()
  const remembered = await engine.pastEvents({}, beginning, until, signal)
  if (remembered.length < rememberedMax && !hasSeenStart(remembered, container)) return false
  const lethal = lethalSignals(container.Config.StopSignal)
  return remembered.some(
    ({ type, action, id, attributes, at }) =>
      type === 'container' &&
      action === 'kill' &&
      id === container.Id &&
      at >= Date.parse(StartedAt) &&
      lethal.has(Number(attributes['signal'])),
  )
}

const beginning = new Date(0).toISOString()

/** An engine that comes back after a crash stops what outlived it, just as a person does, but saw none of it start. */
function hasSeenStart(events: readonly EngineEvent[], { Id, State }: ContainerInspect): boolean {
  return events.some(({ type, action, id, at }) => {
    return type === 'container' && action === 'start' && id === Id && at >= Date.parse(State.StartedAt)
  })
}

/** Others, such as HUP, are how programs are told to read their configuration again. */
export function lethalSignals(stopSignal: string | null | undefined): ReadonlySet<number> {
  const { SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM } = constants.signals
  return new Set([SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM, signalNumber(stopSignal ?? '')])
}

function signalNumber(text: string): number {
  if (/^\d+$/.test(text)) return Number(text)
  const name = text.toUpperCase()
  const found = Object.entries(constants.signals).find(([key]) => key === name || key === `SIG${name}`)
  return found?.[1] ?? 0
}
