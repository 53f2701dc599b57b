import { openSqliteStore } from './sqlite/open-sqlite-store.ts'
import { sqliteUpkeep } from './sqlite/upkeep.ts'
import type { PostgresStoreOptions } from './postgres/open-postgres-store.ts'
import type { PostgresUpkeepOptions } from './postgres/upkeep.ts'
import type { MovableState } from './sql/move-state.ts'
import type { StateUpkeep, Store } from './store.ts'

/** Every kind of store, by the name that the configuration knows it by. */
export const stores = {
  sqlite: openSqliteStore,
  /** Loaded by those alone who use it. */
  postgres: async (options: PostgresStoreOptions): Promise<Store> =>
    (await import('./postgres/open-postgres-store.ts')).openPostgresStore(options),
}

/** What can be done with a state of each kind as it lies there. */
export const upkeeps = {
  sqlite: sqliteUpkeep,
  postgres: async (options: PostgresUpkeepOptions): Promise<StateUpkeep> =>
    (await import('./postgres/upkeep.ts')).postgresUpkeep(options),
}

/** Places that a state of each kind can be moved from and to. */
export const movables = {
  sqlite: async (folder: string): Promise<MovableState> => (await import('./sqlite/movable.ts')).movableSqlite(folder),
  postgres: async (address: PostgresUpkeepOptions['address']): Promise<MovableState> =>
    (await import('./postgres/movable.ts')).movablePostgres(address),
}
