import type { WatchedWorkload } from '../workloads/watched-workloads.ts'

const codes: ReadonlySet<string> = new Set(['PROVIDER_STOPPED', 'PROVIDER_GONE'])

/** Whether it cannot be made again before a container that it uses runs, or is there at all. */
export const waitsForProvider = (watched: WatchedWorkload): boolean =>
  watched.kind === 'unwatchable' && codes.has(watched.decision.reason.code)

/** One that lives in what is gone, and cannot be made again as long as something else that it uses is not there. */
export interface Waiting {
  readonly name: string
  readonly sentence: string
}
