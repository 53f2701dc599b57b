import { isoTime, type Clock } from '../../lib/clock.ts'
import { backWaitInWords, isLasting } from '../../rollout/back-wait.ts'
import { commandMeanwhile } from '../../rollout/command-back.ts'
import type { EffectKind, JournalStep, Reason, Rollout } from '../../rollout/rollout.ts'
import type { HookResult } from '../../rollout/hooks.ts'
import { endedHooks, hookEntry } from './apply-hook.ts'
import { countFailure, tellBrake } from '../brake/count-failure.ts'
import type { RolloutCounts } from './rollout-counts.ts'
import { endedForDependants } from '../sets/history-of-dependants.ts'
import { tellManner } from '../workloads/manner.ts'
import { tellOverride } from '../words/override.ts'
import type { HistoryEntry, Override, Quarantine, Store } from '../../store/store.ts'

/** Told of each journal step before (already durable) and after its effect. Tests kill the process here. */
export type JournalObserver = (moment: {
  readonly rollout: string
  readonly step: JournalStep
  readonly effect: EffectKind | null
  readonly phase: 'before' | 'after'
}) => void | Promise<void>

export interface RecordDeps {
  readonly store: Store
  readonly clock: Clock
  readonly onJournal?: JournalObserver
  /** Told of every rollout that ended, for the log. */
  readonly onEnded?: (rollout: Rollout) => void
  /** Told once of a rollout whose way back goes no further for now, for the log. */
  readonly onHeldUp?: (rollout: Rollout) => void
  readonly rolloutCounts?: RolloutCounts
  /** Told of every hook that ended, for the log. */
  readonly onHook?: (rollout: Rollout, result: HookResult) => void
  /** Whether failures on a target count towards its brake; they do where it is not given. */
  readonly hasBrake?: (target: string) => boolean
  /** Told when a failure set the brake of its target. */
  readonly onBraked?: (rollout: Rollout, reason: Reason) => void
}

/**
 * Makes a step durable with all that follows from it: journal, history, quarantine, baseline. One transaction.
 * @param before what is durable, which may be several steps ago where the state was away
 */
export async function recordStep(
  deps: RecordDeps,
  before: Rollout,
  after: Rollout,
  step: JournalStep,
  effect: EffectKind | null,
): Promise<Rollout> {
  const at = isoTime(deps.clock)
  const hasEnded = before.endedAt === null && after.endedAt !== null
  const isHeldUp = isLasting(after) && before.wasHeldUp !== true
  const gateFailure = countFailure(deps, before, after, at)
  const told: { braked: HistoryEntry | null } = { braked: null }
  const hooks = endedHooks(before, after)
  await deps.store.saveRollout(after, {
    journal: { rollout: after.id, step, effect: effect ?? after.stage, at },
    historyOfHooks: hooks.map((each) => hookEntry(after, each)),
    ...(hasEnded && { history: ended(after, at), historyOfOthers: endedForDependants(after, at) }),
    ...(isHeldUp && { history: heldUp(after, at) }),
    ...(isUnfit(before, after) && !isUnfit(before, before) && { quarantine: quarantine(after, at) }),
    ...(hasEnded && after.outcome === 'succeeded' && after.toImage !== null && { baselineImage: after.toImage }),
    ...(gateFailure && { gateFailure, brake: (...failures) => (told.braked = tellBrake(after, at, ...failures)) }),
  })
  if (isHeldUp) deps.onHeldUp?.(after)
  if (told.braked !== null) deps.onBraked?.(after, told.braked.reason)
  await deps.onJournal?.({ rollout: after.id, step, effect, phase: 'before' })
  for (const each of hooks) deps.onHook?.(after, each)
  if (hasEnded) deps.rolloutCounts?.note(after)
  if (hasEnded) deps.onEnded?.(after)
  return after
}

/** The history entry of a rollout that starts. @param because why, where neither its tag nor a person asked for it */
export function started(rollout: Rollout, override: Override | null, because: string | null = null): HistoryEntry {
  return {
    at: rollout.createdAt,
    actor: override?.actor ?? null,
    workload: rollout.workload,
    rollout: rollout.id,
    kind: 'rollout-started',
    reason: { code: 'ROLLOUT_STARTED', sentence: `${because ?? cause(rollout, override)}; ${tellManner(rollout)}` },
    fromDigest: rollout.fromDigest,
    toDigest: rollout.digest,
  }
}

function cause(rollout: Rollout, override: Override | null): string {
  if (override !== null) return tellOverride(override)
  return rollout.procedure === 'create' ? 'it does not exist' : `the tag ${rollout.tag} names another digest`
}

function ended(rollout: Rollout, at: string): HistoryEntry {
  const outcome = rollout.outcome ?? 'needs-human'
  return {
    at,
    actor: null,
    workload: rollout.workload,
    rollout: rollout.id,
    kind: 'rollout-ended',
    reason: {
      code: outcome.toUpperCase().replaceAll('-', '_'),
      sentence: rollout.reason?.sentence ?? outcome,
    },
    fromDigest: rollout.fromDigest,
    toDigest: rollout.digest,
  }
}

/** That the old version does not come back for now, so that somebody may lend a hand. */
function heldUp(rollout: Rollout, at: string): HistoryEntry {
  const why = rollout.backWait === undefined ? '' : `: ${backWaitInWords(rollout.backWait)}`
  const command = commandMeanwhile(rollout)
  const sentence = `the way back is held up${why}; it is tried on${command === null ? '' : `, or run: ${command}`}`
  return {
    at,
    actor: null,
    workload: rollout.workload,
    rollout: rollout.id,
    kind: 'held',
    reason: { code: 'BACK_HELD_UP', sentence },
    fromDigest: rollout.fromDigest,
    toDigest: rollout.digest,
  }
}

/** Not to be tried again by itself: it failed its gate, or what it left before it passed is for a person to look at. */
const isUnfit = (before: Rollout, { candidateAtFault, outcome, follows }: Rollout): boolean =>
  candidateAtFault || (follows === null && outcome === 'needs-human' && before.stage !== 'passed')

function quarantine(rollout: Rollout, at: string): Quarantine {
  return {
    workload: rollout.workload,
    digest: rollout.digest,
    policy: rollout.policy,
    reason: rollout.reason ?? { code: 'GATE_FAILED', sentence: 'it failed its gate' },
    since: at,
  }
}
