import type { Repository } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'

/**
 * A person says that the tags that are gone are meant to be: the next look takes the list over as it is.
 * @returns whether there was any doubt
 */
export async function believeList(
  store: Pick<Store, 'tagList' | 'saveTagList'>,
  { registry, repository }: Repository,
): Promise<boolean> {
  const list = await store.tagList(registry, repository)
  if (list === null || list.doubt === null) return false
  await store.saveTagList({ ...list, doubt: { ...list.doubt, isBelieved: true } })
  return true
}
