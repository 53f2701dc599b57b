import { join } from 'node:path'
import { readPostgresUrl } from '../../../src/lib/postgres-address.ts'
import { stores } from '../../../src/store/index.ts'
import type { Store } from '../../../src/store/store.ts'

/** A folder, or the `postgres://` URL of a database. */
export type StatePlace = { readonly folder: string } | { readonly url: string }

/** Opens the state there, as its owner. */
export async function openState(place: StatePlace): Promise<Store> {
  const owner = { access: 'owner', now: () => Date.now() } as const
  if ('folder' in place) {
    const backups = { folder: join(place.folder, 'backups'), keep: 2 }
    return stores.sqlite({ ...owner, folder: place.folder, backups })
  }
  const address = readPostgresUrl(place.url)
  if ('problem' in address) throw new Error(address.problem)
  return stores.postgres({ ...owner, address })
}
