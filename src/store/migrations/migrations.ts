import { firstTables } from './0001-first-tables.ts'
import type { Migration } from './migration.ts'

/** In order; the number of a migration is its place, counted from 1. Append only: released ones never change. */
export const migrations: readonly Migration[] = [firstTables]
