import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import { redact } from '../../lib/secret.ts'
import { attempt, engineReturned, fail, foresee, nextStep, noteFailed, succeed } from '../../rollout/machine.ts'
import { backWaitLeftMs } from '../../rollout/back-wait.ts'
import { wayOf, type Way } from '../../rollout/along.ts'
import { isServiceFacts, lastSpeaker } from '../../rollout/facts.ts'
import { hookMomentOf } from '../../rollout/hooks.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import type { EffectKind, Rollout, RolloutFacts } from '../../rollout/rollout.ts'
import { paceOf } from '../../rollout/service/pace.ts'
import { goBack, type Step } from '../../rollout/step.ts'
import type { Store } from '../../store/store.ts'
import { applyHook } from './apply-hook.ts'
import { canPark, canTurn, parked, unstopped } from './parking.ts'
import { bringAbout, type BringDeps } from './bring-about.ts'
import { leadsToPull, waitAfterPull, waitBeforePull } from './wait-for-registry.ts'
import type { RecordDeps } from './record-step.ts'
import type { HookDeps } from './run-hook.ts'
import { lacksState, waitToTry } from './state-away.ts'
import { isPutOff, write, type WriteDeps } from './write-step.ts'

export interface RollOutDeps extends RecordDeps, BringDeps, Pick<HookDeps, 'runHere'> {
  readonly store: Store
  readonly clock: Clock
  /** Has what lives in it follow; null to park it. */
  readonly bringAlong?: (rollout: Rollout, way: Way) => Promise<Rollout | null>
}

interface Driving extends RollOutDeps, WriteDeps {}

/** Steps of one rollout without waiting in between, for each instance; far more than any needs. */
const stepsEachMax = 200

/** How long an engine may be away before the rollout is parked for a later pass. */
const engineAwayMaxMs = 5 * 60_000

/** What is tried again later than that gives its place up meanwhile. */
const waitHereMaxMs = 5000

/** Pause before another try of what the surroundings refused. */
const retryMs = 500

/**
 * Drives a rollout to its rest by turns of look, decide, write down, do. Whatever it was in the middle of when a
 * process died, calling this again goes on from what the target shows.
 *
 * @param stop asks to park at the next place where the workload has a running version
 * @returns the rollout at rest: `kept` or `ended`, or any other stage when it was parked, as while its registry wants to
 *   be left alone, or what would bring its old version back fails
 * @throws STATE_* when a proof could not be made durable, and what kept us from looking when that did not pass;
 *   calling again goes on
 */
export async function rollOut(given: RollOutDeps, start: Rollout, stop: AbortSignal): Promise<Rollout> {
  const deps: Driving = { ...given, written: { last: start, missedSince: null, paceMs: 0 }, stop }
  let rollout = start
  let facts: RolloutFacts | null = null
  let lackingSince: number | null = null
  const stepsMax = stepsEachMax * start.scale
  for (let steps = 0; steps < stepsMax;) {
    try {
      facts ??= await deps.target.observe(rollout, AbortSignal.timeout(60_000))
    } catch (error) {
      const failure = toAppError(error)
      steps += 1
      if (steps === stepsMax) throw failure
      const returned = await waitToLook(deps, rollout, failure, stop)
      if (returned === null) return rollout
      rollout = returned
      continue
    }
    deps.written.paceMs = isServiceFacts(facts) ? paceOf(facts) : 0
    const step = nextStep(rollout, facts, deps.clock.now())
    if (step.kind === 'rest') return step.rollout
    if (stop.aborted && canPark(rollout, step)) return rollout
    const taken = canTurn(rollout, step) ? await deps.withdrawn?.(rollout) : null
    if (taken) {
      steps += 1
      const turned = goBack(step.rollout, 'superseded', taken).rollout
      rollout = await write(deps, rollout, await withLogTail(deps, turned, facts), 'R', null)
      continue
    }
    if (step.kind === 'wait') {
      rollout = await remember(deps, rollout, step.rollout)
      // Asked to stop, it goes on waiting only where it may not be parked.
      await deps.clock.sleep(step.ms, stop.aborted ? unstopped : stop)
      facts = null
      continue
    }
    steps += 1
    const laterMs = backLaterMs(step, deps.clock.now())
    if (laterMs > waitHereMaxMs) return rollout
    if (laterMs > 0) {
      await deps.clock.sleep(laterMs, unstopped)
      facts = null
      continue
    }
    const early =
      step.kind === 'effect' && leadsToPull(step.rollout, step.effect)
        ? await waitBeforePull(deps, step.rollout, stop)
        : null
    if (early !== null) {
      rollout = early === step.rollout ? early : await writeWait(deps, rollout, early)
      if (waitLeftMs(rollout, deps.clock.now()) > 0) return rollout
      continue
    }
    if (step.kind === 'change') {
      const changed = await withLogTail(deps, step.rollout, facts)
      const before = rollout
      rollout = await write(deps, before, changed, step.step, null)
      if (isPutOff(before, rollout, changed)) [facts, steps] = [null, steps - 1]
      continue
    }
    const attempted = attempt(step.rollout, step.step, step.effect)
    rollout = await write(deps, step.rollout, attempted, step.step, step.effect)
    if (rollout !== attempted) {
      if (isPutOff(step.rollout, rollout, attempted)) [facts, steps] = [null, steps - 1]
      continue
    }
    const moment = hookMomentOf(step.effect)
    const way = wayOf(step.effect)
    let hooked: Rollout | null = null
    try {
      if (way !== null) hooked = (await deps.bringAlong?.(rollout, way)) ?? null
      else if (moment === null) await bringAbout(deps, rollout, step.effect, stop)
      else hooked = await applyHook(deps, rollout, moment, facts, stop)
    } catch (error) {
      const late = waitAfterPull(deps, rollout, step.effect, toAppError(error))
      if (late !== null) {
        rollout = await writeWait(deps, rollout, late)
        if (waitLeftMs(rollout, deps.clock.now()) > 0) return rollout
        facts = null
        continue
      }
      const failure = toAppError(error)
      if (lacksState(rollout, failure)) {
        await waitToTry(deps, (lackingSince ??= deps.clock.elapsed()), failure)
        ;[rollout, facts, steps] = [parked(rollout), null, steps - 1]
        continue
      }
      lackingSince = null
      const outcome = await onFailure(deps, rollout, step.effect, failure, stop)
      if (outcome === null) return rollout
      rollout = outcome
      facts = null
      continue
    }
    lackingSince = null
    await deps.onJournal?.({ rollout: rollout.id, step: step.step, effect: step.effect, phase: 'after' })
    if (moment !== null || way !== null) {
      if (hooked === null) return way === null ? rollout : write(deps, rollout, parked(rollout), step.step, null)
      const told = await withLogTail(deps, hooked, facts)
      rollout = await write(deps, rollout, told, told.stage === 'back' ? 'R' : step.step, null)
      facts = null
      continue
    }
    rollout = succeed(rollout, step.effect, deps.clock.now())
    facts = foresee(facts, rollout, step.effect)
  }
  throw new AppError('INTERNAL', `the rollout of ${rollout.name} came to no end in ${stepsMax} steps`)
}

/** An effect failed: the engine is away, what it acted on is gone (look again), or the rollout turns. Null: parked. */
async function onFailure(
  deps: Driving,
  rollout: Rollout,
  effect: EffectKind,
  error: AppError,
  stop: AbortSignal,
): Promise<Rollout | null> {
  if (effect === 'pull' && stop.aborted) return null
  // What is wanted no more ends by that, and not by a failure.
  if (effect === 'pull' && (await deps.withdrawn?.(rollout))) return rollout
  // Of all effects this alone leaves nothing on the target by which its next look would tell that it is missing.
  const noted = effect === 'capture' ? noteFailed(rollout, effect) : rollout
  if (error.code === 'TARGET_UNAVAILABLE') return waitForEngine(deps, noted, stop)
  const after = fail(
    rollout,
    effect,
    {
      isCandidateAtFault: error.code === 'TARGET_START_FAILED',
      code: error.code,
      sentence: redact(error.message),
    },
    deps.clock.now(),
  )
  if (after.stage === rollout.stage && backWaitLeftMs(after, deps.clock.now()) === 0)
    await deps.clock.sleep(retryMs, AbortSignal.timeout(retryMs))
  return write(deps, rollout, after, after.step, null)
}

/** Milliseconds until the effect of a step may be tried again, where that has failed on the way back; 0 for any other. */
function backLaterMs({ kind, rollout, ...step }: Step, now: number): number {
  const isSame = kind === 'effect' && 'effect' in step && step.effect === rollout.backWait?.effect
  return isSame ? backWaitLeftMs(rollout, now) : 0
}

/** Makes durable that it waits for its registry, or goes back since it waited too long. */
const writeWait = (deps: Driving, before: Rollout, after: Rollout): Promise<Rollout> =>
  write(deps, before, after, after.stage === 'back' ? 'R' : after.step, null)

/** A look failed. Whatever it was, giving up now could leave the workload without a running version. Null: parked. */
async function waitToLook(
  deps: RollOutDeps,
  rollout: Rollout,
  error: AppError,
  stop: AbortSignal,
): Promise<Rollout | null> {
  if (error.code === 'TARGET_UNAVAILABLE') return waitForEngine(deps, rollout, stop)
  await deps.clock.sleep(retryMs, stop)
  return stop.aborted ? null : rollout
}

/** @returns null when it stays away too long, or we are asked to stop: the rollout is parked as it is */
async function waitForEngine(deps: RollOutDeps, rollout: Rollout, stop: AbortSignal): Promise<Rollout | null> {
  if (stop.aborted) return null
  try {
    await deps.target.waitUntilAvailable(AbortSignal.any([stop, AbortSignal.timeout(engineAwayMaxMs)]))
  } catch {
    return null
  }
  return engineReturned(rollout)
}

/** The first look of a gate is made durable, so that a restart of ours does not give the candidate a new deadline. */
async function remember(deps: RollOutDeps, before: Rollout, after: Rollout): Promise<Rollout> {
  const isFirst = before.gateProgress?.instanceStartedAt == null && after.gateProgress?.instanceStartedAt != null
  if (!isFirst) return after
  try {
    await deps.store.saveRollout(after)
  } catch (error) {
    // All that is lost is a deadline; the verdict is not taken before it is durable.
    if (!toAppError(error).code.startsWith('STATE_')) throw error
  }
  return after
}

/** What the candidate printed is kept before it is removed. */
async function withLogTail(deps: RollOutDeps, rollout: Rollout, facts: RolloutFacts): Promise<Rollout> {
  const failed = lastSpeaker(facts)
  if (rollout.stage !== 'back' || rollout.logTail !== null || failed === null) return rollout
  try {
    return { ...rollout, logTail: redact(await deps.target.readLogTail(failed, AbortSignal.timeout(5000))) }
  } catch {
    return { ...rollout, logTail: '' }
  }
}
