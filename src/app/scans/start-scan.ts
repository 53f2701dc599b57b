import { toAppError } from '../../errors.ts'
import type { Repository, Urgency } from '../../registries/registry.ts'
import { actOnWorkload } from '../passes/act-on-workload.ts'
import type { Follower } from '../passes/follower.ts'
import { scan } from './scan.ts'
import { scanKey } from './scan-key.ts'
import type { ScanWork } from './scan-plan.ts'

/** The interval is spread by this part of it either way, so that many repositories do not ask at once. */
const jitter = 0.1

/**
 * Starts a scan; its workloads are decided when it ends, and the next poll is a whole interval away.
 * @param notBefore a look since then, by `clock.elapsed()`, is recent enough
 */
export function startScan(
  follower: Follower,
  work: ScanWork,
  notBefore: number,
  urgency: Urgency = 'background',
): void {
  const { app, queue, target, polls, wanted, stop, settling } = follower
  // Another kind on the same target may scan the same repository.
  const key = `${target.kind} ${work.key}`
  settling.underWay.add(key)
  polls.set(work.key, app.clock.elapsed() + app.pollIntervalMs * (1 + jitter * (2 * app.random() - 1)))
  scan(app, queue, work, { signal: stop, notBefore, urgency })
    .catch((error: unknown) => tellUnlessStopping(follower, work.key, error))
    // Also where the scan could not be kept: the workload may be new.
    .finally(() => {
      for (const { workload } of work.workloads) {
        if (urgency !== 'background') wanted.add(workload.id)
        actOnWorkload(follower, workload.id)
      }
      settling.underWay.delete(key)
    })
}

/** Scans a repository now, for the workloads that were last seen to follow it; nothing where none does. */
export function scanNow(follower: Follower, repository: Repository, at: number): void {
  const work = follower.scans.get(scanKey(repository))
  if (work !== undefined && !follower.stop.aborted) startScan(follower, work, at, 'wanted')
}

function tellUnlessStopping({ app }: Follower, subject: string, error: unknown): void {
  const { code, message } = toAppError(error)
  if (code !== 'ABORTED') app.log.error({ subject, code }, `${subject}: ${code}: ${message}`)
}
