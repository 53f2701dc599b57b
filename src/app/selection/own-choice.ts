import { AppError } from '../../errors.ts'
import type { App } from '../app.ts'
import { repositoryOf, type WatchableWorkload } from '../workloads/watched-workloads.ts'
import { chooseForWorkload } from './choose-for-workload.ts'
import { scanWork } from './scan-work.ts'

/** How long a person waits for a registry. */
const lookMaxMs = 20_000

/**
 * The tag that a workload's policy chooses now, by a fresh look at the registry, whatever people said meanwhile.
 * @throws IMAGE_NOT_FOUND with the reason when it chooses none
 */
export async function ownChoice(app: App, watched: WatchableWorkload): Promise<string> {
  const signal = AbortSignal.timeout(lookMaxMs)
  const work = {
    repository: repositoryOf(watched),
    tags: [],
    isListed: true,
    hasTimes: watched.policy.spec.order === 'newest',
  }
  await scanWork({ ...app, memory: app.store }, work, signal)
  const { list, choice } = await chooseForWorkload(app, watched, signal)
  const chosen = choice?.trouble === null ? choice.selection.chosen : null
  if (chosen !== null) return chosen.tag
  const why = list?.failure?.sentence ?? choice?.trouble?.sentence ?? choice?.selection.sentence
  throw new AppError('IMAGE_NOT_FOUND', `the policy of ${watched.workload.id} chooses nothing: ${why}`)
}
