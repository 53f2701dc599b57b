/**
 * What a workload's rollouts take turns under. Services of one Compose project are defined by the same files and can
 * depend on each other; every other workload is alone.
 */
export function turnOf(workload: string): string {
  const [target, kind, project] = workload.split('/')
  return kind === 'compose' ? `${target}/${kind}/${project}` : workload
}
