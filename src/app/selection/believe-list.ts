import type { Repository } from '../../registries/registry.ts'
import type { Store } from '../../store/store.ts'

/** A person says that the tags that are gone are meant to be: the next look takes the list over as it is. */
export async function believeList(
  store: Pick<Store, 'tagList' | 'saveTagList'>,
  { registry, repository }: Repository,
): Promise<void> {
  const list = await store.tagList(registry, repository)
  if (list === null || list.doubt === null) return
  await store.saveTagList({ ...list, doubt: { ...list.doubt, isBelieved: true } })
}
