import { namesIn, valueOf } from './host-files.ts'
import { type Branch, treeAt } from './tree.ts'

/**
 * Whether Compose itself copies something into the containers of these services: secrets and configs that are no files of
 * this machine, but come from its environment or are written in the definition.
 */
export const copiesInto = (root: Branch | undefined, services: readonly string[]): boolean =>
  services.some((service) =>
    ['secrets', 'configs'].some((section) =>
      namesIn(treeAt(root, ['services', service, section]), 'source').some((name) =>
        ['environment', 'content'].some((key) => treeAt(root, [section, valueOf(name) ?? '', key]) !== undefined),
      ),
    ),
  )

/**
 * Whether containers of these services are whole only where Compose itself starts them: 2.40 copies secrets and configs
 * into them then, rather than when it makes them as 2.26 does, and runs `post_start`.
 */
export const isComposesToStart = (root: Branch | undefined, services: readonly string[]): boolean =>
  copiesInto(root, services) ||
  services.some((service) => treeAt(root, ['services', service, 'post_start']) !== undefined)
