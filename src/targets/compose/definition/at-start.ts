import { namesIn, valueOf } from './host-files.ts'
import { type Branch, treeAt } from './tree.ts'

/**
 * What Compose itself does to containers of services as it starts them: 2.40 copies into them then, 2.26 as it makes
 * them. Started by anybody else they are without it.
 */
export interface AtStart {
  /** Secrets and configs that are no files of this machine, but come from its environment or stand in the definition. */
  readonly isCopiedInto: boolean
  /** The commands of `post_start`, of which 2.26 knows nothing. */
  readonly isRunIn: boolean
}

export const atStart = (root: Branch | undefined, services: readonly string[]): AtStart => ({
  isCopiedInto: services.some((each) => copiesInto(root, each)),
  isRunIn: services.some((each) => treeAt(root, ['services', each, 'post_start']) !== undefined),
})

/** Whether containers are whole whoever starts them. @param found undefined where nobody knows what Compose does */
export const mayOthersStart = (found: AtStart | undefined): boolean =>
  found !== undefined && !found.isCopiedInto && !found.isRunIn

const copiesInto = (root: Branch | undefined, service: string): boolean =>
  // Newer versions copy the credentials for the engine along with its socket.
  treeAt(root, ['services', service, 'use_api_socket']) !== undefined ||
  ['secrets', 'configs'].some((section) =>
    namesIn(treeAt(root, ['services', service, section]), 'source').some((name) =>
      ['environment', 'content'].some((key) => treeAt(root, [section, valueOf(name) ?? '', key]) !== undefined),
    ),
  )
