import { AppError, toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { parseReference } from '../../image/reference.ts'
import { isoTime } from '../../lib/clock.ts'
import { isLeftDown } from '../../rollout/back-wait.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Override, WorkloadRow } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Explanation } from '../words/control.ts'
import type { Decision } from '../decisions/decision.ts'
import { wantedDigest } from '../words/override.ts'
import { explain, type Standing } from './explain.ts'
import { forgetfulApp } from '../passes/forgetful.ts'
import { hookWords } from '../rollouts/hook-words.ts'
import { openInWords } from '../rollouts/open-in-words.ts'
import { activePauses } from '../words/pauses.ts'
import { rolloutsMax, withoutFollows } from '../rollouts/revisions.ts'
import { runningDigest } from '../workloads/running-image.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import { findId, seenNow } from '../workloads/subject.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

/** How long a target and a registry are waited for before the last decision is told instead. */
const lookMaxMs = 15_000

type View = Pick<Standing, 'runs' | 'isRunning' | 'state' | 'reason' | 'wants' | 'since' | 'policy' | 'tag' | 'seen'> &
  Pick<Standing, 'isAbsent' | 'note' | 'isChosen' | 'keptBack'>

/**
 * How a workload stands, as of now where its target answers, and as it was decided last where not. Changes nothing.
 * @throws WORKLOAD_NOT_FOUND, WORKLOAD_AMBIGUOUS
 */
export async function why(app: App, wanted: string): Promise<Explanation> {
  const { store, clock } = app
  const workload = await findId(app, wanted)
  const row = await store.workload(workload)
  const rollouts = await store.rollouts(workload, rolloutsMax)
  const open = rollouts.find(({ stage }) => stage !== 'ended' && stage !== 'kept') ?? null
  const view = open === null ? await viewNow(app, workload, row) : await viewOpen(app, open)
  const now = clock.now()
  const standing: Standing = {
    ...view,
    workload,
    rolledOutAt: rolledOutAt(rollouts, view),
    override: await store.override(workload),
    pauses: activePauses(await store.pauses(), workload, now),
    hold: await store.hold(),
    open,
    hooks: hookWords(rollouts[0]),
    now,
  }
  const { runs, state, reason, wants, since } = standing
  return { workload, sentences: explain(standing), state, reason, runs, wants, since }
}

/** While it is replaced, nothing may have its name; its journal tells how it stands. */
async function viewOpen(app: App, open: Rollout): Promise<View> {
  const read = await app.policyFor({ policy: open.policy, tags: null, minAge: null })
  const isDone = open.stage === 'passed'
  return {
    runs: isDone ? { image: open.image, digest: open.digest } : { image: open.fromReference, digest: open.fromDigest },
    state: 'rolling-out',
    reason: { code: 'ROLLOUT_OPEN', sentence: openInWords(open, app.clock.now()) },
    wants: open.digest,
    since: open.createdAt,
    policy: open.policy,
    tag: open.tag,
    isChosen: 'policy' in read && read.policy.followedTag(open.tag) === null,
    isRunning: !isLeftDown(open),
    seen: null,
  }
}

async function viewNow(app: App, workload: string, row: WorkloadRow | null): Promise<View> {
  const watched = await seenNow(app, workload, row)
  if (watched === null) return viewGone(workload, row)
  if (watched === 'unseen') return viewUnseen(app, workload, row)
  try {
    const decided = await decideByState(forgetfulApp(app), watched, AbortSignal.timeout(lookMaxMs), false)
    return viewOf(app, watched, decided, row)
  } catch (error) {
    if (row === null || toAppError(error).code.startsWith('STATE_')) throw error
    return viewUnseen(app, workload, row)
  }
}

function viewOf(app: App, watched: WatchedWorkload, decided: Decision, row: WorkloadRow | null): View {
  const { workload, settings } = watched
  const { state, reason, candidate } = decided
  const isSame = row?.state === state && row.reason.code === reason.code
  const isWatchable = watched.kind === 'watchable'
  return {
    runs: { image: workload.image, digest: isWatchable ? runningDigest(workload, watched.reference) : null },
    state,
    reason,
    wants: candidate,
    since: isSame ? row.since : isoTime(app.clock),
    policy: isWatchable ? watched.policy.spec.text : settings.policy,
    tag: isWatchable ? (decided.candidateTag ?? watched.tag) : null,
    isChosen: isWatchable && watched.isListed,
    keptBack: decided.keptBack,
    isRunning: workload.isRunning,
    isAbsent: workload.isAbsent === true,
    note: decided.note,
    seen: null,
  }
}

/** As it was seen last; what a person said since is known all the same. */
async function viewUnseen(app: App, workload: string, row: WorkloadRow | null): Promise<View> {
  const override = await app.store.override(workload)
  const before = viewBefore(workload, row)
  return {
    ...before,
    state: 'unknown',
    reason: { code: 'TARGET_UNAVAILABLE', sentence: 'its target does not answer' },
    wants: override === null ? before.wants : await wantedBy(app, override, before.runs.image),
  }
}

async function wantedBy({ store }: App, override: Override, image: string): Promise<Digest | null> {
  if (override.digest !== null) return override.digest
  const { registry, repository } = parseReference(image)
  return wantedDigest(override, await store.tagObservation(registry, repository, override.tag))
}

const viewGone = (workload: string, row: WorkloadRow | null): View => ({
  ...viewBefore(workload, row),
  state: 'ignored',
  reason: { code: 'GONE', sentence: 'it is not on the target any more, or not watched' },
})

function viewBefore(workload: string, row: WorkloadRow | null): Omit<View, 'state' | 'reason'> {
  const { image, digest, candidate, observedAt, state, reason } = row ?? neverSeen(workload)
  return {
    runs: { image, digest },
    isRunning: true,
    wants: candidate,
    since: observedAt,
    policy: '',
    tag: null,
    seen: { at: observedAt, state, reason },
  }
}

function neverSeen(workload: string): never {
  throw new AppError('WORKLOAD_NOT_FOUND', `${workload} was not seen so far`)
}

/** Only the latest rollout can have put there what runs now. */
function rolledOutAt(rollouts: readonly Rollout[], { runs }: View): string | null {
  const latest = withoutFollows(rollouts).find(({ outcome }) => outcome === 'succeeded')
  return latest !== undefined && latest.digest === runs.digest ? latest.endedAt : null
}
