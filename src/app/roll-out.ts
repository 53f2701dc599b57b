import { AppError, toAppError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import { redact } from '../lib/secret.ts'
import {
  attempt,
  engineReturned,
  fail,
  foresee,
  isBetweenVersions,
  nextStep,
  succeed,
  type Step,
} from '../rollout/machine.ts'
import { newestOf } from '../rollout/facts.ts'
import { hookMomentOf } from '../rollout/hooks.ts'
import type { EffectKind, JournalStep, Reason, Rollout, RolloutFacts } from '../rollout/rollout.ts'
import { goBack, hasTouchedOld } from '../rollout/step.ts'
import type { Store } from '../store/store.ts'
import type { PullAuth, PullProgress, Target } from '../targets/target.ts'
import { applyHook } from './apply-hook.ts'
import { recordStep, type RecordDeps } from './record-step.ts'
import type { HookDeps } from './run-hook.ts'

export interface RollOutDeps extends RecordDeps, Pick<HookDeps, 'runHere'> {
  readonly target: Target
  readonly store: Store
  readonly clock: Clock
  readonly pullAuth: (rollout: Rollout, signal: AbortSignal) => Promise<PullAuth | null>
  readonly onProgress?: (rollout: Rollout, progress: PullProgress) => void
  /** Why a rollout that is on its way forward has to turn back, by a person's word; null while it does not. */
  readonly withdrawn?: (rollout: Rollout) => Promise<Reason | null>
}

/** Steps of one rollout without waiting in between, for each instance; far more than any needs. */
const stepsEachMax = 200

/** How long an engine may be away before the rollout is parked for a later pass. */
const engineAwayMaxMs = 5 * 60_000

/**
 * Only for what a target forgot to limit: it knows best how long to wait. A container may ask for an hour to stop in,
 * and a pull goes on as long as anything comes.
 */
const effectMaxMs = 6 * 60 * 60_000

/** Pause before another try of what the surroundings refused. */
const retryMs = 500

/**
 * Drives a rollout to its rest by turns of look, decide, write down, do. Whatever it was in the middle of when a
 * process died, calling this again goes on from what the target shows.
 *
 * @param stop asks to park at the next place where the workload has a running version
 * @returns the rollout at rest: `kept` or `ended`, or any other stage when it was parked
 * @throws STATE_* when a proof could not be made durable, and what kept us from looking when that did not pass;
 *   calling again goes on
 */
export async function rollOut(deps: RollOutDeps, start: Rollout, stop: AbortSignal): Promise<Rollout> {
  let rollout = start
  let facts: RolloutFacts | null = null
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
      await deps.clock.sleep(step.ms, stop)
      facts = null
      continue
    }
    steps += 1
    if (step.kind === 'change') {
      rollout = await write(deps, rollout, await withLogTail(deps, step.rollout, facts), step.step, null)
      continue
    }
    const attempted = attempt(step.rollout, step.step, step.effect)
    rollout = await write(deps, step.rollout, attempted, step.step, step.effect)
    if (rollout !== attempted) continue
    const moment = hookMomentOf(step.effect)
    let hooked: Rollout | null = null
    try {
      if (moment === null) await bringAbout(deps, rollout, step.effect, stop)
      else hooked = await applyHook(deps, rollout, moment, facts, stop)
    } catch (error) {
      const outcome = await onFailure(deps, rollout, step.effect, toAppError(error), stop)
      if (outcome === null) return rollout
      rollout = outcome
      facts = null
      continue
    }
    await deps.onJournal?.({ rollout: rollout.id, step: step.step, effect: step.effect, phase: 'after' })
    if (moment !== null) {
      if (hooked === null) return rollout
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

async function bringAbout(deps: RollOutDeps, rollout: Rollout, effect: EffectKind, stop: AbortSignal): Promise<void> {
  if (effect === 'capture') {
    const snapshot = await deps.target.capture(rollout, AbortSignal.timeout(60_000))
    return deps.store.saveSnapshot(rollout.id, snapshot)
  }
  const limit = AbortSignal.timeout(effectMaxMs)
  // Only a pull leaves nothing half done when it is cut off.
  const signal = effect === 'pull' ? AbortSignal.any([limit, stop]) : limit
  const pullAuth = effect === 'pull' ? await deps.pullAuth(rollout, signal) : null
  const { onProgress } = deps
  await deps.target.apply(rollout, effect, {
    signal,
    ...(pullAuth && { pullAuth }),
    ...(bringsBack.has(effect) && { snapshot: await deps.store.snapshot(rollout.id) }),
    ...(onProgress && { onPullProgress: (progress: PullProgress) => onProgress(rollout, progress) }),
  })
}

/** Effects that need what was captured. */
const bringsBack = new Set<EffectKind>(['edit-back', 'up-old'])

/** An effect failed: the engine is away, what it acted on is gone (look again), or the rollout turns. Null: parked. */
async function onFailure(
  deps: RollOutDeps,
  rollout: Rollout,
  effect: EffectKind,
  error: AppError,
  stop: AbortSignal,
): Promise<Rollout | null> {
  if (effect === 'pull' && stop.aborted) return null
  if (error.code === 'TARGET_UNAVAILABLE') return waitForEngine(deps, rollout, stop)
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
  if (after.stage === rollout.stage) await deps.clock.sleep(retryMs, AbortSignal.timeout(retryMs))
  return write(deps, rollout, after, after.step, null)
}

/**
 * Makes a step durable. When the state cannot be written, a rollout on its way forward turns back, and one on its way
 * back goes on: the labels on the target are enough to recover that, and the workload must not stay down meanwhile.
 */
async function write(
  deps: RollOutDeps,
  before: Rollout,
  after: Rollout,
  step: JournalStep,
  effect: EffectKind | null,
): Promise<Rollout> {
  try {
    return await recordStep(deps, before, after, step, effect)
  } catch (thrown) {
    const error = toAppError(thrown)
    if (!error.code.startsWith('STATE_') || after.stage === 'passed' || after.stage === 'kept') throw thrown
    if (before.stage === 'back') return after
    return goBack(before, 'failed', { code: error.code, sentence: error.message }).rollout
  }
}

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

/** Between the versions going on is the shorter way to one that runs; it can turn back from there. */
function canTurn(rollout: Rollout, step: Step): boolean {
  if (rollout.stage !== 'forward') return false
  return step.kind === 'wait' || (step.kind === 'effect' && !hasTouchedOld(rollout))
}

function canPark(rollout: Rollout, step: Step): boolean {
  // A hook after the fact waits for nobody: one of the versions serves.
  const isAfterwards = step.kind === 'effect' && step.effect === 'hook-after-rollback'
  return step.kind === 'wait' || isAfterwards || !isBetweenVersions(rollout)
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
  const failed = newestOf(facts)
  if (rollout.stage !== 'back' || rollout.logTail !== null || !failed?.startedAt) return rollout
  try {
    return { ...rollout, logTail: redact(await deps.target.readLogTail(failed.id, AbortSignal.timeout(5000))) }
  } catch {
    return { ...rollout, logTail: '' }
  }
}
