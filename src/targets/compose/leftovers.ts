import { nameOf } from '../engine/dependants.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { findServices, type Looking, type Member } from './services.ts'

/** Compose creates the new container under the old one's id and name, until the old one is removed. */
const transient = /^[0-9a-f]{12}_(.+)$/

/**
 * Clears up after an `up` that was killed half-way, so that the next one does what it should: with the unstarted
 * container of the first beside the old one, Compose 2.26 ends in a name conflict, or removes the old one that runs and
 * starts nothing.
 *
 * Only what Compose made for this service and nobody ever started is removed.
 *
 * @param isWayBack then a name that cannot be given keeps nothing from serving
 * @throws where one beside the old container stays: Compose is not to be let near both
 */
export async function clearLeftovers(
  deps: Looking & Pick<ComposeDeps, 'engine'>,
  project: string,
  services: readonly string[],
  signal: AbortSignal,
  isWayBack = false,
): Promise<void> {
  const all = await findServices(deps, project, signal)
  for (const { members } of all.filter((each) => services.includes(each.service))) {
    for (const member of members.filter(isUnstarted)) {
      const { Id } = member.container
      const replaced = member.labels['com.docker.compose.replace']
      const [, name] = transient.exec(nameOf(member.container)) ?? []
      if (name === undefined || replaced === undefined) continue
      const isOldThere = members.some((each) => each.container.Id === replaced)
      if (isOldThere) await deps.engine.removeContainer(Id, false, signal)
      else {
        await deps.engine.renameContainer(Id, name, signal).catch((error: unknown) => {
          if (!isWayBack) throw error
        })
      }
    }
  }
}

const isUnstarted = ({ container: { State } }: Member): boolean =>
  State.Status === 'created' && State.StartedAt.startsWith('0001-')
