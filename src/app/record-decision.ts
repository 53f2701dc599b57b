import { isoTime } from '../lib/clock.ts'
import type { Time, WorkloadRow } from '../store/store.ts'
import type { App } from './app.ts'
import type { Decision } from './decision.ts'
import { recordMassChange } from './brake/record-mass-change.ts'
import { endOverride } from './end-override.ts'
import { settleGroup } from './groups/read-group.ts'
import { runningDigest } from './running-image.ts'
import { membersOf } from './sets/busy-set.ts'
import { isOf, type Target } from '../targets/target.ts'
import type { WatchedWorkload } from './watched-workloads.ts'

type RecordDeps = Pick<App, 'store' | 'clock' | 'log' | 'nudges' | 'groups' | 'limits'>

/** Keeps a decision, ends the person's word that it ends, and tells of it when it differs from the one before. */
export async function recordDecision(app: RecordDeps, watched: WatchedWorkload, decided: Decision): Promise<void> {
  const { workload, settings } = watched
  const before = await app.store.workload(workload.id)
  const at = isoTime(app.clock)
  const isSame = before?.state === decided.state && before.reason.code === decided.reason.code
  // What runs by the registry's own word is accepted, whoever put it there.
  const isAccepted = before === null || before.baselineImage === '' || decided.state === 'current'
  const row: WorkloadRow = {
    id: workload.id,
    image: workload.image,
    imageId: workload.imageId,
    digest: watched.kind === 'watchable' ? runningDigest(workload, watched.reference) : null,
    mode: settings.mode,
    baselineImage: isAccepted ? workload.imageId : before.baselineImage,
    state: decided.state,
    reason: decided.reason,
    candidate: decided.candidate,
    group: settings.group,
    observedAt: at,
    decidedAt: at,
    since: isSame ? before.since : at,
  }
  await app.store.saveWorkload(row, isAccepted ? undefined : 'keep')
  if (!isSame) await tellChange(app, workload.id, decided, at)
  await recordMassChange(app, row)
  await settleGroup(app, before, row)
  await endOverride(app, decided)
}

async function tellChange({ store, log }: RecordDeps, workload: string, decided: Decision, at: Time): Promise<void> {
  const level = decided.state === 'held' || decided.state === 'unknown' ? 'warn' : 'info'
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
 * Marks workloads of a target that are not there any more; what is known of them stays. One that a rollout is changing
 * has no instance under its name for a moment.
 */
export async function recordGone(
  app: RecordDeps,
  target: Pick<Target, 'name' | 'kind'>,
  present: ReadonlySet<string>,
): Promise<void> {
  const gone = (await app.store.workloads()).filter(
    (row) => isOf(target, row.id) && !present.has(row.id) && row.reason.code !== 'GONE',
  )
  if (gone.length === 0) return
  const open = (await app.store.openRollouts()).filter((each) => each.stage !== 'kept')
  for (const row of gone) {
    if (open.some((each) => membersOf(each).includes(row.id))) continue
    const reason = { code: 'GONE', sentence: 'it is not on the target any more, or not watched' }
    const at = isoTime(app.clock)
    const ignored = { ...row, state: 'ignored', reason, candidate: null, decidedAt: at, since: at } as const
    await app.store.saveWorkload(ignored, 'keep')
    await settleGroup(app, row, ignored)
    app.log.info({ workload: row.id, code: reason.code }, reason.sentence)
  }
}
