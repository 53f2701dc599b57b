import { isoTime, type Clock } from '../lib/clock.ts'
import type { EffectKind, JournalStep, Rollout } from '../rollout/rollout.ts'
import { tellOverride } from './override.ts'
import type { HistoryEntry, Override, Quarantine, Store } from '../store/store.ts'

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
  readonly onEnded?: (rollout: Rollout) => void
}

/** Makes a step durable with all that follows from it: journal, history, quarantine, baseline. One transaction. */
export async function recordStep(
  deps: RecordDeps,
  before: Rollout,
  after: Rollout,
  step: JournalStep,
  effect: EffectKind | null,
): Promise<Rollout> {
  const at = isoTime(deps.clock)
  const hasEnded = before.endedAt === null && after.endedAt !== null
  await deps.store.saveRollout(after, {
    journal: { rollout: after.id, step, effect: effect ?? after.stage, at },
    ...(hasEnded && { history: ended(after, at) }),
    ...(isUnfit(before, after) && !isUnfit(before, before) && { quarantine: quarantine(after, at) }),
    ...(hasEnded && after.outcome === 'succeeded' && after.toImage !== null && { baselineImage: after.toImage }),
  })
  await deps.onJournal?.({ rollout: after.id, step, effect, phase: 'before' })
  if (hasEnded) deps.onEnded?.(after)
  return after
}

/** The history entry of a rollout that starts. */
export function started(rollout: Rollout, override: Override | null): HistoryEntry {
  return {
    at: rollout.createdAt,
    actor: override?.actor ?? null,
    workload: rollout.workload,
    rollout: rollout.id,
    kind: 'rollout-started',
    reason: { code: 'ROLLOUT_STARTED', sentence: `${cause(rollout, override)}; ${rollout.order}` },
    fromDigest: rollout.fromDigest,
    toDigest: rollout.digest,
  }
}

const cause = (rollout: Rollout, override: Override | null): string =>
  override === null ? `the tag ${rollout.tag} names another digest` : tellOverride(override)

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

/** Not to be tried again by itself: it failed its gate, or what it left before it passed is for a person to look at. */
const isUnfit = (before: Rollout, { candidateAtFault, outcome }: Rollout): boolean =>
  candidateAtFault || (outcome === 'needs-human' && before.stage !== 'passed')

function quarantine(rollout: Rollout, at: string): Quarantine {
  return {
    workload: rollout.workload,
    digest: rollout.digest,
    policy: rollout.policy,
    reason: rollout.reason ?? { code: 'GATE_FAILED', sentence: 'it failed its gate' },
    since: at,
  }
}
