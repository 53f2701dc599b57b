import type { Store } from '../../src/store/store.ts'

/** Somewhere a state can live: the kit opens it more than once. */
export interface StorePlace {
  open(access: 'owner' | 'reader' | 'visitor'): Promise<Store>
  remove(): Promise<void>
}

/** What a part of the kit works with: the store under test, which `reopen` closes and opens again. */
export interface KitStore {
  store(): Store
  reopen(): Promise<void>
  open: StorePlace['open']
}
