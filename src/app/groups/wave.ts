import { shortDigest, type Digest } from '../../image/digest.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Time, WorkloadRow } from '../../store/store.ts'
import { isDue } from './due-codes.ts'

/** How a workload's group stands, as far as the workload is concerned. */
export interface GroupStanding {
  readonly name: string
  /** What holds it; null while nothing of the group does. */
  readonly stop: GroupStop | null
  /** What it goes back to, since another failed that went with it; null where it stays. */
  readonly takeBack: { readonly from: Digest; readonly to: Digest; readonly sentence: string } | null
  /** Why it stays, where others that went with it go back and it has nothing to go back to; absent for all others. */
  readonly stays?: string
}

/** A failure of one workload that the others wait for. */
export interface GroupStop {
  readonly workload: string
  readonly digest: Digest
  readonly sentence: string
  /** When it ended; null while the way back is still under way. */
  readonly at: Time | null
}

/** A group with its wave: what began since all of it was last at rest, the latest rollout of each workload. */
export interface GroupView {
  readonly name: string
  readonly isAtomic: boolean
  readonly wave: readonly Rollout[]
  /** Of all workloads, also of those outside the group. */
  readonly rows: readonly WorkloadRow[]
}

type RowStanding = Pick<WorkloadRow, 'id' | 'group' | 'state' | 'reason' | 'candidate'>

/** Whether a row says that its workload has failed to get what it still wants. */
export function isFailing(rollout: Rollout, row: RowStanding | undefined, group: string): boolean {
  if (!failures.has(rollout.outcome ?? '') || row === undefined) return false
  if (row.reason.code === 'GONE' || row.group !== group || row.state === 'current') return false
  // Without one nobody knows that something else is wanted.
  return row.candidate === null || row.candidate === rollout.digest
}

/** Outcomes that stop the rest of a group. */
export const failures: ReadonlySet<string> = new Set(['rolled-back', 'failed', 'needs-human'])

/** How the group stands for one of its workloads. */
export function groupStanding({ name, isAtomic, wave, rows }: GroupView, workload: string): GroupStanding {
  const byId = new Map(rows.map((row) => [row.id, row]))
  const failing = wave.filter((each) => isFailing(each, byId.get(each.workload), name))
  const none = { name, stop: null, takeBack: null }
  const [first] = failing
  // One that failed has its own quarantine or its own next try: two that failed must not wait for each other.
  if (first === undefined || failing.some((each) => each.workload === workload)) return none
  const own = wave.find((each) => each.workload === workload)
  const because = isAtomic && own !== undefined ? failing.find((each) => wentWith(own, each)) : undefined
  // What a job did is done, and the old version would do it again.
  const isDone = own?.outcome === 'succeeded' && own.service?.isJob !== true
  return {
    name,
    stop: stopOf(name, first),
    takeBack:
      because !== undefined && isDone && own?.fromDigest != null
        ? { from: own.digest, to: own.fromDigest, sentence: `taken back, since ${tellFailure(name, because)}` }
        : null,
    ...(because !== undefined && isDone && own?.procedure === 'create' && { stays: tellStays(name, because) }),
  }
}

/** As the end of what is said of a workload that runs what it should. */
const tellStays = (group: string, because: Rollout): string =>
  `it stays, though ${tellFailure(group, because)}: it was made because it was missing, so nothing ran before that it could go back to`

/** Whether a rollout began before another had failed; what a person let through since then is not taken back. */
const wentWith = (own: Rollout, failed: Rollout): boolean =>
  failed.endedAt === null || Date.parse(own.createdAt) <= Date.parse(failed.endedAt)

const stopOf = (group: string, failed: Rollout): GroupStop => ({
  workload: failed.workload,
  digest: failed.digest,
  sentence: tellFailure(group, failed),
  at: failed.endedAt,
})

/** `local/container/db of the group shop failed with 1f2e3d4c5b6a (it exited with 1)` */
const tellFailure = (group: string, { workload, digest, reason }: Rollout): string =>
  `${workload} of the group ${group} failed with ${shortDigest(digest)}${reason === null ? '' : ` (${reason.sentence})`}`

/**
 * Whether nothing of a group is under way, due, failing or about to go on, so that what comes next begins another wave.
 * @param now for what may go on by itself, or may not: that keeps a wave open for a day; infinite to leave it out
 */
export function isAtRest({ name, wave, rows }: Omit<GroupView, 'isAtomic'>, now: number): boolean {
  const byId = new Map(rows.map((row) => [row.id, row]))
  if (wave.some(({ stage }) => stage !== 'ended' && stage !== 'kept')) return false
  if (wave.some((each) => isFailing(each, byId.get(each.workload), name))) return false
  const own = rows.filter((row) => row.group === name)
  if (own.some((row) => isDue(row) || goesOn.has(row.reason.code))) return false
  return wave.every((each) => isLongOver(each, now)) || !own.some(mayGoOn)
}

/** Codes of those that go on with the present wave once they are let. */
const goesOn: ReadonlySet<string> = new Set(['RETRY_LATER', 'POSTPONED', 'BRAKED', 'MASS_CHANGE'])

/** Codes of holds that end without anybody looking: what was pushed with the others may yet follow them. */
export const liftThemselves: ReadonlySet<string> = new Set([
  'REVERSAL_UNCONFIRMED',
  'FLAPPING',
  'PLATFORM_MISSING',
  'NOT_DESCRIBED',
  'MANIFEST_INCOMPLETE',
  'TAG_HELD',
  'ROLLOUTS_PAUSED',
  'JOB_RUNNING',
  'DEPENDENCY_NOT_READY',
  'SERVICE_UPDATING',
])

/** Whether it may turn out to want what was pushed with the others: nobody knows what it wants, or it is held for a while. */
const mayGoOn = ({ state, reason, mode }: WorkloadRow): boolean =>
  mode === 'auto' && (state === 'unknown' || liftThemselves.has(reason.code))

/** A registry may be gone for days, and a pause have no end; what comes a day later is taken for another push. */
const mayGoOnMs = 86_400_000

/** Whether it ended a day ago: either way, so that a clock which is set back keeps nothing open for ever. */
export const isLongOver = ({ endedAt }: Rollout, now: number): boolean =>
  endedAt !== null && Math.abs(now - Date.parse(endedAt)) >= mayGoOnMs
