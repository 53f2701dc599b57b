import { openSqliteStore } from './sqlite/open-sqlite-store.ts'

/** Every kind of store, by the name that the configuration knows it by. */
export const stores = { sqlite: openSqliteStore }
