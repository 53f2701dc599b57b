import type { Digest } from '../../image/digest.ts'
import type { Reason, Rollout } from '../../rollout/rollout.ts'
import type { DecisionState, Store, Time, TrailQuery } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Control } from '../words/control.ts'
import type { EventsAnswer } from './read-events.ts'
import { restingCodes } from './resting-codes.ts'
import { findId } from '../workloads/subject.ts'

/** How far a person's word on a workload has come. */
export interface Progress {
  /** Its id. */
  readonly workload: string
  /** When a person last said something about it; null when nobody did. */
  readonly saidAt: Time | null
  /** What was decided last; null before the first time. */
  readonly decision: {
    readonly state: DecisionState
    readonly reason: Reason
    readonly candidate: Digest | null
    readonly at: Time
  } | null
  /** The latest, at rest or under way; null when there was none. */
  readonly rollout: RolloutProgress | null
}

/** What may be shown of a rollout anywhere. */
export type RolloutProgress = Pick<
  Rollout,
  'id' | 'stage' | 'step' | 'order' | 'outcome' | 'reason' | 'fromDigest' | 'digest' | 'gapMs' | 'logTail'
>

/** A control whose words can be followed until they are carried out. */
export interface FollowedControl extends Control {
  /** @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS */
  progress(workload: string): Promise<Progress>
  /** What came in, and what became of it. */
  events(query: TrailQuery): Promise<EventsAnswer>
}

/**
 * Reads it from the state alone, cheap enough to be asked several times a second; only a name that the state does not
 * know is looked for on the targets.
 */
export async function readProgress(app: App, workload: string): Promise<Progress> {
  const { store } = app
  const known = await store.workload(workload)
  const id = known?.id ?? (await findId(app, workload))
  const row = known ?? (await store.workload(id))
  const [latest] = await store.rollouts(id, 1)
  return {
    workload: id,
    saidAt: await lastSaidAt(store, id),
    decision: row && { state: row.state, reason: row.reason, candidate: row.candidate, at: row.decidedAt },
    rollout: latest === undefined ? null : visible(latest),
  }
}

/** Entries of the history in which a person's word is looked for: what Longshore itself does since comes before it. */
const entriesMax = 20

async function lastSaidAt(store: Pick<Store, 'history'>, workload: string): Promise<Time | null> {
  const latest = await store.history({ workload, limit: entriesMax })
  return latest.find(({ actor, rollout }) => actor !== null && rollout === null)?.at ?? null
}

/** How a word that was waited for ended. */
export interface End {
  /** The first after it that nothing follows on by itself. */
  readonly decision: NonNullable<Progress['decision']>
  /** The rollout that began since; null when none had to, or was let. */
  readonly rollout: RolloutProgress | null
}

/** Whether something follows on a decision by itself: a look at the registry, or a rollout whose turn comes. */
function isPassing({ state, reason }: NonNullable<Progress['decision']>): boolean {
  if (state === 'outdated') return !restingCodes.has(reason.code)
  return state === 'rolling-out' || reason.code === 'NOT_SCANNED'
}

/**
 * How a word has ended by now; null while it has not. A rollout alone is no end: one that had been decided before the
 * word may have gone first.
 *
 * @param before how it stood just before the word was given: what is as it was then tells nothing about it
 */
export function endOf(before: Progress, { rollout, decision, saidAt }: Progress): End | null {
  if (decision?.reason.code === 'GONE') return { decision, rollout: null }
  if (rollout !== null && !isAtRest(rollout)) return null
  if (decision === null || decision.at === before.decision?.at || isPassing(decision)) return null
  // Between the look before and the word itself a registry may have been waited for.
  if (saidAt !== null && saidAt !== before.saidAt && Date.parse(decision.at) < Date.parse(saidAt)) return null
  return { decision, rollout: rollout?.id === before.rollout?.id ? null : rollout }
}

/** Whether nothing is done about it any more, but for clearing up. */
export const isAtRest = ({ stage }: Pick<Rollout, 'stage'>): boolean => stage === 'ended' || stage === 'kept'

const visible = (rollout: Rollout): RolloutProgress => ({
  id: rollout.id,
  stage: rollout.stage,
  step: rollout.step,
  order: rollout.order,
  outcome: rollout.outcome,
  reason: rollout.reason,
  fromDigest: rollout.fromDigest,
  digest: rollout.digest,
  gapMs: rollout.gapMs,
  logTail: rollout.logTail,
})
