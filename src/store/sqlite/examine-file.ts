import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { AppError } from '../../errors.ts'
import { schemaVersion } from '../migrations/migrate.ts'
import { migrations } from '../migrations/migrations.ts'
import { readDecisive } from '../sql/decisive.ts'
import { brokenNumber, brokenPart } from './broken-part.ts'
import { applicationId, queriesOver } from './database.ts'
import { logDamage } from './log-damage.ts'
import { missingFromSchema } from './schema-shape.ts'
import { isWriteForbidden } from './write-version.ts'

/** What a file is, looked at without changing it. Problems are without their full stops. */
export type Examined =
  | { readonly kind: 'absent' | 'empty' }
  | { readonly kind: 'sound'; readonly schema: number }
  | { readonly kind: 'foreign'; readonly problem: string }
  /** In its log alone, where what was written before the damage can be read. */
  | { readonly kind: 'damaged'; readonly problem: string; readonly isInLog?: true }
  | { readonly kind: 'newer'; readonly problem: string; readonly schema: number | null }

type How = 'live' | 'unopened' | 'still'

/**
 * Whether a file is a state, and all of it is there: its pages, its schema, each row as it was written, and those that
 * decisions stand on such as they can be read.
 *
 * @param how `still` for a file that nobody writes, beside which nothing is to appear and whose log, if there is one, does not count;
 *   `unopened` where nothing in this process has it open
 * @throws SQLite's error where that cannot be told: the disk fails, or this user may not read it
 */
export async function examineFile(file: string, how: How): Promise<Examined> {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined) return { kind: 'absent' }
  const inLog = how === 'still' ? null : logDamage(file)
  const found = await examineDatabase(file, how)
  if (found.kind === 'sound' && how !== 'live' && isWriteForbidden(file)) {
    return { kind: 'damaged', problem: 'its header says that it must not be written' }
  }
  // What SQLite reads of the log may be sound, or nothing at all.
  if (inLog === null || (found.kind !== 'sound' && found.kind !== 'empty')) return found
  return { kind: 'damaged', problem: inLog, isInLog: true }
}

async function examineDatabase(file: string, how: How): Promise<Examined> {
  let database: DatabaseSync | null = null
  try {
    const name = how === 'still' ? new URL(`${pathToFileURL(file).href}?immutable=1`) : file
    database = new DatabaseSync(name, { readOnly: true, timeout: busyTimeoutMs })
    return await examine(database, file)
  } catch (error) {
    const problem = damageIn(error)
    if (problem === null) throw error
    return { kind: 'damaged', problem }
  } finally {
    database?.close()
  }
}

const busyTimeoutMs = 5_000

async function examine(database: DatabaseSync, file: string): Promise<Examined> {
  const tables = database.prepare("select name from sqlite_schema where type = 'table'").all()
  if (tables.length === 0) return { kind: 'empty' }
  const names = new Set(tables.map((row) => row['name']))
  const isMarked = database.prepare('pragma application_id').get()?.['application_id'] === applicationId
  // One flipped bit in the mark must not make it another program's.
  if (!isMarked && !['meta', 'rollouts', 'journal'].every((each) => names.has(each))) {
    return { kind: 'foreign', problem: `${file} is the database of another program` }
  }
  const db = queriesOver(database, file)
  if (!names.has('meta')) return { kind: 'damaged', problem: 'the table meta is missing' }
  let schema: number
  try {
    schema = await schemaVersion(db)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STATE_NEWER') throw error
    const problem = brokenNumber(database)
    return problem === null ? { kind: 'newer', problem: error.message, schema: null } : { kind: 'damaged', problem }
  }
  // It is written with the first table.
  if (schema === 0) return { kind: 'damaged', problem: 'the row schema_version of the table meta is missing' }
  const missing = isMarked ? await missingFromSchema(database, schema) : 'its mark is not ours any more'
  if (missing !== null) return { kind: 'damaged', problem: missing }
  const broken = brokenPart(database)
  if (broken !== null) return { kind: 'damaged', problem: broken }
  // The shapes of rows are known of the latest schema alone.
  if (schema === migrations.length) await readDecisive(db)
  return { kind: 'sound', schema }
}

/** SQLITE_CORRUPT, SQLITE_FORMAT, SQLITE_NOTADB; and SQLITE_IOERR_SHORT_READ, of a file that ends too soon. */
const damageCodes: ReadonlySet<number> = new Set([11, 24, 26])
const shortRead = 522
/** SQLITE_ERROR, of a file whose header names a format that no SQLite has had so far. */
const unknownFormat = 'unsupported file format'

/** What is wrong with the file itself, as an error tells it; null where the error is about something else. */
export function damageIn(error: unknown): string | null {
  if (error instanceof AppError && error.code === 'STATE_UNREADABLE') return damageIn(error.cause) ?? error.message
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  const isDamage = damageCodes.has(error.errcode & 0xff) || error.errcode === shortRead
  return isDamage || error.message === unknownFormat ? error.message : null
}

/** Why what was examined cannot take the place of a state, without its full stop; null where it can. */
export const problemOf = (found: Examined): string | null =>
  found.kind === 'sound' ? null : 'problem' in found ? found.problem : `it is ${found.kind}`
