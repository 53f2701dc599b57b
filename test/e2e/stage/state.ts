import { stores } from '../../../src/store/index.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Scene } from './scene.ts'

/** Reads the state of a scene, beside whoever owns it. */
export async function readState<Found>(
  { stateFolder }: Pick<Scene, 'stateFolder'>,
  read: (store: Store) => Promise<Found>,
): Promise<Found> {
  const store = await stores.sqlite({ folder: stateFolder, access: 'reader', now: Date.now })
  try {
    return await read(store)
  } finally {
    await store.close()
  }
}
