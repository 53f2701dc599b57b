import { constants } from 'node:os'
import type { Engine } from '../../clients/docker/engine.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { statusOf } from './instance-facts.ts'

/** As many events as the engine remembers; when it has fewer, they reach back to its own start. */
const rememberedMax = 256

/** An end this long ago that the engine does not remember was forgotten: it has up to half a minute to note one. */
const notedAfterMs = 60_000

/**
 * Whether somebody else ended a run: the engine remembers signals that it was asked to send. What we may have stopped
 * ourselves counts as ours, since taking a stop of ours for a person's would leave a workload down.
 *
 * The engine notes a signal after sending it, on a busy machine seconds after the process has ended. But it tells of an
 * end only once it has noted the signal and, after that, the end itself: so what it remembers when it is asked is whole.
 */
export async function wasStoppedByHand(
  engine: Pick<Engine, 'rememberedEvents'>,
  container: ContainerInspect,
  rollout: Pick<Rollout, 'attempted' | 'endedRun'>,
  role: 'old' | 'new',
  signal: AbortSignal,
): Promise<boolean> {
  const { StartedAt, FinishedAt } = container.State
  const [startedAt, finishedAt] = [Date.parse(StartedAt), Date.parse(FinishedAt)]
  const hasEnded = statusOf(container) === 'exited' && finishedAt >= startedAt
  if (!hasEnded || rollout.attempted.includes(role === 'old' ? 'stop-old' : 'stop-new')) return false
  // A restart ends one run, and whatever comes after it has its own.
  if (role === 'old' && rollout.endedRun === StartedAt) return false
  const ofRun = ({ type, id, at }: EngineEvent): boolean =>
    type === 'container' && id === container.Id && at >= startedAt
  const has = (events: readonly EngineEvent[], action: string): boolean =>
    events.some((each) => each.action === action && ofRun(each))
  // An engine that comes back after a crash stops what outlived it, just as a person does, but saw none of it start.
  const reachesBack = (events: readonly EngineEvent[]): boolean =>
    events.length >= rememberedMax || has(events, 'start')
  const remembered = await engine.rememberedEvents(
    {},
    { isWhole: (events) => has(events, 'die') && reachesBack(events), notedBy: finishedAt + notedAfterMs },
    signal,
  )
  if (!reachesBack(remembered)) return false
  const lethal = lethalSignals(container.Config.StopSignal)
  return remembered.some(
    (each) => each.action === 'kill' && ofRun(each) && lethal.has(Number(each.attributes['signal'])),
  )
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
