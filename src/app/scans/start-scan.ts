import { toAppError } from '../../errors.ts'
import type { Repository, Urgency } from '../../registries/registry.ts'
import { actOnWorkload } from '../passes/act-on-workload.ts'
import type { Follower } from '../passes/follower.ts'
import { scan } from './scan.ts'
import { scanKey } from './scan-key.ts'
import type { ScanWork } from './scan-plan.ts'

/** The interval is spread by this part of it either way, so that many repositories do not ask at once. */
const jitter = 0.1

/** How soon a scan is tried again that somebody waits for, and that the state did not take. */
const retryMs = 10_000

/**
 * Starts a scan; its workloads are decided when it ends, and the next poll is a whole interval away.
 * @param recent a look since then, by `clock.elapsed()`, is recent enough, unless a later one is waited for
 */
export function startScan(follower: Follower, work: ScanWork, recent: number, urgency: Urgency = 'background'): void {
  const { app, queue, target, polls, wanted, stop, settling, wake, lookFirst } = follower
  const notBefore = Math.max(recent, ...work.workloads.map(({ workload }) => lookFirst.get(workload.id) ?? recent))
  // Another kind on the same target may scan the same repository.
  const key = `${target.kind} ${work.key}`
  settling.underWay.add(key)
  polls.set(work.key, app.clock.elapsed() + app.pollIntervalMs * (1 + jitter * (2 * app.random() - 1)))
  scan(app, queue, work, { signal: stop, notBefore, urgency })
    .then(
      () => hasLooked(follower, work, notBefore),
      (error: unknown) => {
        tellUnlessStopping(follower, work.key, error)
        // Until then nothing of it is decided.
        if (!isWaitedFor(follower, work)) return
        polls.set(work.key, app.clock.elapsed() + retryMs)
        wake.ring()
      },
    )
    // Also where the scan could not be kept: the workload may be new.
    .finally(() => {
      for (const { workload } of work.workloads) {
        if (urgency !== 'background') wanted.add(workload.id)
        actOnWorkload(follower, workload.id)
      }
      settling.underWay.delete(key)
    })
}

const isWaitedFor = ({ lookFirst }: Follower, { workloads }: ScanWork): boolean =>
  workloads.some(({ workload }) => lookFirst.has(workload.id))

/** Scans a repository now, for the workloads that were last seen to follow it; nothing where none does. */
export function scanNow(follower: Follower, repository: Repository, at: number): void {
  const work = follower.scans.get(scanKey(repository))
  if (work !== undefined && !follower.stop.aborted) startScan(follower, work, at, 'wanted')
}

/** Scans what a workload follows, or what all do, and has none of them decided on a look that began before `at`. */
export function scanFirst(follower: Follower, id: string | null, at: number): void {
  if (follower.stop.aborted) return
  for (const work of follower.scans.values()) {
    const meant = work.workloads.filter(({ workload }) => id === null || workload.id === id)
    for (const { workload } of meant) follower.lookFirst.set(workload.id, at)
    if (meant.length > 0) startScan(follower, work, at, 'wanted')
  }
}

/** A look that failed counts too: what is decided on it is unknown. One that the state did not take has not been. */
function hasLooked({ lookFirst }: Follower, { workloads }: ScanWork, notBefore: number): void {
  for (const { workload } of workloads) {
    if ((lookFirst.get(workload.id) ?? Infinity) <= notBefore) lookFirst.delete(workload.id)
  }
}

function tellUnlessStopping({ app }: Follower, subject: string, error: unknown): void {
  const { code, message } = toAppError(error)
  if (code !== 'ABORTED') app.log.error({ subject, code }, `${subject}: ${code}: ${message}`)
}
