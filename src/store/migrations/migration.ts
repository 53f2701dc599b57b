import type { Kysely } from 'kysely'

/** What columns and functions are called in this kind of database, where they differ. */
export interface ColumnTypes {
  /** A whole number that the database counts up by itself when it is the primary key. */
  readonly sequence: 'integer' | 'bigserial'
  /** A function that gives a checksum of what it is given; null where checksums are the affair of the database. */
  readonly rowSum: string | null
}

/**
 * One step forward, inside the transaction of all. Names tables and columns in snake case, and never through
 * `sql/tables.ts`: that describes the newest schema, and a migration has to go on meaning what it meant.
 */
export type Migration = (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>
