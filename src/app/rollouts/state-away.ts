import { toAppError, type AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { isPart } from '../../rollout/along-steps.ts'
import { latestVerdictMs } from '../../rollout/gate.ts'
import { isBetweenVersions } from '../../rollout/machine.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { unstopped } from './parking.ts'

/** Pause before the state is tried again. */
const retryMs = 1000

/** How long a gate that is passed at its deadline has to become durable. */
const graceMs = 30_000

/** How long what came of a rollout waits to be told, once a version serves again, and what needs it to be done. */
const endWaitsMs = 5 * 60_000

/** The same once we were asked to stop: longer than a blip, shorter than what ends us by force. */
const stoppedWaitsMs = 3000

interface Missed {
  readonly before: Rollout
  readonly after: Rollout
  /** By `clock.elapsed()`. */
  readonly missedSince: number
  /** What an orchestrator's steps may take beyond the gate's own deadline, in milliseconds. */
  readonly paceMs: number
  readonly error: AppError
}

/**
 * A database may be away for a while, as when another server takes over, and a disk may be full. At a gate a version serves, so it is looked at
 * on, and what has to be durable is written later; at the latest when the gate has to be over. So does one at its end.
 * Turning a part round would take back the version that it follows, which is proven, for nothing that either did.
 *
 * @returns as it goes on from another look; null where it cannot wait
 * @throws the error that it was given, once a part has waited too long: calling again later goes on
 */
export async function waitForState(
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
  { before, after, missedSince, paceMs, error }: Missed,
): Promise<Rollout | null> {
  if (!mayReturn(error)) return null
  if (isAtEnd(before, after)) {
    // Nobody knows when there will be room again.
    if (error.code !== 'STATE_UNAVAILABLE') return null
    if (stop.aborted || clock.elapsed() - missedSince >= endWaitsMs) return null
    await clock.sleep(retryMs, stop)
    return { ...before }
  }
  const { gate, gateProgress } = before
  if (gateProgress !== null && isAtGate(before, after)) {
    const isOver =
      clock.now() - gateProgress.startedAt >= latestVerdictMs({ ...gate, deadlineMs: gate.deadlineMs + paceMs })
    if (!isOver || clock.elapsed() - missedSince < graceMs) {
      await clock.sleep(retryMs, AbortSignal.timeout(retryMs))
      return lookedOn(before, clock.now())
    }
  }
  if (!isPartForward(before) || after.stage === 'back') return null
  await waitToTry({ clock, stop }, missedSince, error)
  return lookedOn(before, clock.now())
}

/** The time until now was looked at, so that the gate does not take it for a gap. */
function lookedOn(rollout: Rollout, now: number): Rollout {
  const { gateProgress } = rollout
  return { ...rollout, gateProgress: gateProgress && { ...gateProgress, lookedAt: now } }
}

/**
 * Whether an effect failed for nothing but the state that it needs, once there is a version to bring back or to keep: for
 * a part, what it lives in is.
 */
export const lacksState = (rollout: Rollout, error: AppError): boolean =>
  (rollout.stage !== 'forward' || isPart(rollout)) && mayReturn(error)

/**
 * Waits before an effect that lacked the state is asked for again. Nothing was tried, so that none of its tries is used up.
 *
 * @param since when it first did, by `clock.elapsed()`
 * @throws the error that it was given, once that has lasted too long: calling again later goes on
 */
export async function waitToTry(
  { clock, stop }: { readonly clock: Clock; readonly stop: AbortSignal },
  since: number,
  error: AppError,
): Promise<void> {
  if (clock.elapsed() - since >= (stop.aborted ? stoppedWaitsMs : endWaitsMs)) throw error
  await clock.sleep(retryMs, stop.aborted ? unstopped : stop)
}

/** Whether the state may be written again without anybody having to look at it: it is away, or full. */
export const mayReturn = ({ code }: AppError): boolean => code === 'STATE_UNAVAILABLE' || code === 'STATE_UNWRITABLE'

/**
 * Whether all that a step tells is what was seen on the way forward: the next step that is written makes up for it. So it
 * does for all that a part notes between two effects.
 */
export const isOnlySeen = (before: Rollout, after: Rollout): boolean =>
  before.stage === 'forward' &&
  (Object.entries(after).every(([key, value]) => seen.has(key) || Reflect.get(before, key) === value) ||
    (isPartForward(before) && after.stage === 'forward'))

const seen: ReadonlySet<string> = new Set<keyof Rollout>(['gateProgress', 'service'])

const isPartForward = (rollout: Rollout): boolean => isPart(rollout) && rollout.stage === 'forward'

/** A verdict against the new version waits for nothing. */
const isAtGate = (before: Rollout, after: Rollout): boolean =>
  before.stage === 'forward' && after.stage !== 'back' && !isBetweenVersions(before)

const isAtEnd = (before: Rollout, after: Rollout): boolean => before.stage === 'back' && after.stage === 'ended'

/** What a state that is away would have told counts as nothing: a version that was just started is not to wait for it. */
export async function unlessAway<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked
  } catch (error) {
    if (toAppError(error).code !== 'STATE_UNAVAILABLE') throw error
    return null
  }
}
