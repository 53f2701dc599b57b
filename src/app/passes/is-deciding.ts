import type { Follower } from './follower.ts'

/**
 * Whether what a repository has is still being looked up or decided on for any workload that was seen to follow it, or
 * a rollout puts that off. Work by work without a gap: each begins before the one that it follows has ended.
 *
 * @param key the scan key of the repository
 */
export function isDeciding({ target, scans, looks, settling, driven }: Follower, key: string): boolean {
  const { underWay } = settling
  if (underWay.has(`${target.kind} ${key}`)) return true
  const workloads = scans.get(key)?.workloads ?? []
  // One whose look was thrown away is about to be looked at and decided afresh.
  return workloads.some(({ workload: { id } }) => driven.has(id) || !looks.has(id) || underWay.has(`decide:${id}`))
}
