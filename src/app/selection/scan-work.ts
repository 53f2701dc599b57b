import type { ScanWork } from '../scans/scan-plan.ts'
import { scanRepository, type ScanDeps } from '../scans/scan-repository.ts'
import { scanTagList, type ListMemory } from './scan-tag-list.ts'

/** Looks up what workloads follow of a repository: tags by their names, and the list of all where one is chosen. */
export async function scanWork(
  deps: ScanDeps & { readonly memory: ListMemory },
  { repository, tags, isListed, hasTimes }: Pick<ScanWork, 'repository' | 'tags' | 'isListed' | 'hasTimes'>,
  signal: AbortSignal,
): Promise<void> {
  const list = isListed ? scanTagList(deps, repository, hasTimes, signal) : Promise.resolve()
  await Promise.all([scanRepository(deps, repository, tags, signal), list])
}
