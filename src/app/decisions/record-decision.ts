import { isoTime } from '../../lib/clock.ts'
import type { Time, WorkloadRow } from '../../store/store.ts'
import type { App } from '../app.ts'
import type { Decision } from './decision.ts'
import { recordMassChange } from '../brake/record-mass-change.ts'
import { endOverride } from '../words/end-override.ts'
import { settleGroup } from '../groups/read-group.ts'
import { runningDigest } from '../workloads/running-image.ts'
import { membersOf } from '../sets/busy-set.ts'
import { isOf, type Target } from '../../targets/target.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

type RecordDeps = Pick<App, 'store' | 'clock' | 'log' | 'nudges' | 'groups' | 'limits'>

/** Keeps a decision, ends the person's word that it ends, and tells of it when it differs from the one before. */
export async function recordDecision(app: RecordDeps, watched: WatchedWorkload, decided: Decision): Promise<void> {
  const { workload } = watched
  const found = rowOf(app, watched, decided)
  // Most of what is as it should be was so before.
  if (decided.state === 'current' && (await app.store.renewWorkload(found))) return settle(app, found, found, decided)
  const before = await app.store.workload(workload.id)
  const at = found.decidedAt
  const isSame = before?.state === decided.state && before.reason.code === decided.reason.code
  // What runs by the registry's own word is accepted, whoever put it there.
  const isAsChosen = decided.state === 'current' || decided.runsChosen === true
  const isAccepted = before === null || before.baselineImage === '' || isAsChosen
  const baselineImage = isAccepted ? workload.imageId : before.baselineImage
  const row: WorkloadRow = { ...found, baselineImage, since: isSame ? before.since : at }
  await app.store.saveWorkload(row, isAccepted ? undefined : 'keep')
  if (!isSame) await tellChange(app, workload.id, decided, at)
  await settle(app, before, row, decided)
}

/** As it is where what runs is accepted as what is meant. */
function rowOf(app: RecordDeps, watched: WatchedWorkload, decided: Decision): FoundRow {
  const { workload, settings } = watched
  const at = isoTime(app.clock)
  return {
    id: workload.id,
    image: workload.image,
    imageId: workload.imageId,
    digest: watched.kind === 'watchable' ? runningDigest(workload, watched.reference) : null,
    mode: settings.mode,
    baselineImage: workload.imageId,
    state: decided.state,
    reason: decided.reason,
    candidate: decided.candidate,
    group: settings.group,
    observedAt: at,
    decidedAt: at,
  }
}

type FoundRow = Omit<WorkloadRow, 'since'>

async function settle(app: RecordDeps, before: FoundRow | null, row: FoundRow, decided: Decision): Promise<void> {
  await recordMassChange(app, row)
  await settleGroup(app, before, row)
  await endOverride(app, decided)
}

async function tellChange({ store, log }: RecordDeps, workload: string, decided: Decision, at: Time): Promise<void> {
  const isGrave = decided.reason.code === 'REPOSITORY_GONE'
  const level = isGrave ? 'error' : decided.state === 'held' || decided.state === 'unknown' ? 'warn' : 'info'
  log[level]({ workload, code: decided.reason.code }, `${decided.state}: ${decided.reason.sentence}`)
  if (decided.state === 'held') {
    await store.addHistory({
      at,
      actor: null,
      workload,
      rollout: null,
      kind: 'held',
      reason: decided.reason,
      fromDigest: null,
      toDigest: decided.candidate,
    })
  }
}

/**
 * Marks workloads of a target that are not there any more, or that it does not show for now; what is known of them
 * stays. One that a rollout is changing
 * has no instance under its name for a moment.
 */
export async function recordGone(
  app: RecordDeps,
  target: Pick<Target, 'name' | 'kind' | 'outOfSight'>,
  present: ReadonlySet<string>,
): Promise<void> {
  const isMissing = (id: string): boolean => isOf(target, id) && !present.has(id)
  // Mostly none is, and of those that are there nothing else has to be known.
  if (!(await app.store.workloadIds()).some(isMissing)) return
  const unseen = target.outOfSight?.() ?? null
  const reason = unseen === null ? goneReason : { code: 'NOT_SEEN', sentence: unseen }
  const known = new Set(['GONE', reason.code])
  const gone = (await app.store.workloads()).filter((row) => isMissing(row.id) && !known.has(row.reason.code))
  if (gone.length === 0) return
  const open = (await app.store.openRollouts()).filter((each) => each.stage !== 'kept')
  for (const row of gone) {
    if (open.some((each) => membersOf(each).includes(row.id))) continue
    const at = isoTime(app.clock)
    const state = unseen === null ? 'ignored' : 'unknown'
    const ignored = { ...row, state, reason, candidate: null, decidedAt: at, since: at } as const
    await app.store.saveWorkload(ignored, 'keep')
    if (unseen === null) await settleGroup(app, row, ignored)
    app.log[unseen === null ? 'info' : 'warn']({ workload: row.id, code: reason.code }, reason.sentence)
  }
}

const goneReason = { code: 'GONE', sentence: 'it is not on the target any more, or not watched' }
