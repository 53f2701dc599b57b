import type { Time } from './time.ts'

/** A copy of the state, taken while it was in use. */
export interface StateBackup {
  readonly file: string
  readonly at: Time
  readonly sizeBytes: number
  /** Why it cannot take the place of the state, without its full stop; null where it can. */
  readonly problem: string | null
}

/** One that was taken just now. */
export interface TakenBackup extends StateBackup {
  /** Why older ones beyond those to be kept are still there, without its full stop; absent where they are gone. */
  readonly unremoved?: string
}

/** How the state stands, looked at as it lies there. */
export interface StateReport {
  /** Or the address of the database, without its password. */
  readonly file: string
  /** With what has not been moved into the file yet; null where there is no file. */
  readonly sizeBytes: number | null
  /** `older` and `newer` are sound, of another version of Longshore; `foreign` is another program's. */
  readonly standing: 'sound' | 'older' | 'absent' | 'damaged' | 'newer' | 'foreign'
  /** Without its full stop; null where nothing is wrong. */
  readonly problem: string | null
  /** Number of its schema; null where it cannot be read. */
  readonly schema: number | null
  /** The schema that this Longshore writes. */
  readonly schemaKnown: number
  /** How many rows there are of each kind; empty where they cannot be counted. */
  readonly rows: Readonly<Record<string, number>>
  /** How often a backup took the place of what was there. */
  readonly restores: number
  /** Files that a backup took the place of, newest first. */
  readonly keptAside: readonly string[]
  /** Null where backups are the database's own affair. */
  readonly backupFolder: string | null
  /** Newest first. */
  readonly backups: readonly StateBackup[]
  /** Where it was moved, or is being moved; null where it is in use here. */
  readonly movedTo: string | null
}

/** What `restore` did. */
export interface StateRestoration {
  readonly backup: StateBackup
  /** Newer ones that are not good, newest first, where none was named. */
  readonly passedOver: readonly StateBackup[]
  /** Where what was there is kept; null where nothing was. */
  readonly keptAside: string | null
}

/** What `state move` did. */
export interface StateMove {
  readonly from: string
  readonly to: string
  /** How many rows of each kind there are, in both. */
  readonly rows: Readonly<Record<string, number>>
  /** Where what lay there is kept that it had been moved away from before; null where nothing did, or in a database. */
  readonly keptAside: string | null
}

/** One row of a state as it may be shown: without environments of workloads, files, output, hooks and what senders sent. */
export interface StateRow {
  readonly kind: string
  readonly row: Readonly<Record<string, unknown>>
}

/** Backups as the owner of a state takes them. */
export interface StoreBackups {
  /** When the newest was taken; null where there is none. */
  newestAt(): Time | null
  /**
   * Takes one, without anybody waiting who writes meanwhile, and removes the oldest beyond those that are to be kept.
   * @throws STATE_UNWRITABLE, STATE_UNREADABLE when the state itself is damaged; the backups stay as they were
   */
  take(): Promise<TakenBackup>
}

/** What can be done with a state as it lies there, in any condition. */
export interface StateUpkeep {
  check(): Promise<StateReport>
  /**
   * @param to file to write, which must not exist; null for one among the backups
   * @throws STATE_*; STATE_BACKUP_ELSEWHERE saying how, where others back it up, as does `restore`
   */
  backUp(to: string | null): Promise<TakenBackup>
  /**
   * Puts a backup in the place of the state, which is kept aside, and holds everything (I9).
   * @param backup a file, or the name of one of the backups; null for the newest that is good
   * @throws STATE_LOCKED while somebody uses the state, STATE_MOVED where it is used elsewhere, STATE_BACKUP_UNUSABLE,
   *   STATE_UNWRITABLE
   */
  restore(backup: string | null, actor: string): Promise<StateRestoration>
  /** Everything that may be shown. @throws STATE_* */
  contents(): AsyncIterable<StateRow>
}
