import { AppError } from '../../errors.ts'

/** Says whether a value that came out of the database is what it should be. */
export type Check<T> = (value: unknown) => value is T

/** One check per field, so that a field added to `T` cannot be forgotten here. */
export type Shape<T> = { readonly [Key in keyof T]-?: Check<T[Key]> }

export const isText: Check<string> = (value) => typeof value === 'string'
export const isNumber: Check<number> = (value) => typeof value === 'number'
export const isFlag: Check<boolean> = (value) => typeof value === 'boolean'

export function orNull<T>(check: Check<T>): Check<T | null> {
  return (value): value is T | null => value === null || check(value)
}

export function oneOf<const T extends string>(values: readonly T[]): Check<T> {
  const known: ReadonlySet<unknown> = new Set(values)
  return (value): value is T => known.has(value)
}

/** For unions that have no list of their own: the compiler sees to it that no name is missing. */
export function keyOf<T extends string>(names: Readonly<Record<T, true>>): Check<T> {
  return (value): value is T => typeof value === 'string' && Object.hasOwn(names, value)
}

export function listOf<T>(check: Check<T>): Check<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(check)
}

export function objectOf<T extends object>(shape: Shape<T>): Check<T> {
  const fields = Object.entries<Check<unknown>>(shape).map(([key, check]) => ({ key, check }))
  // Taking pairs apart makes more garbage than all else that reading a row does.
  return (value): value is T =>
    isObject(value) && fields.every((field) => Object.hasOwn(value, field.key) && field.check(value[field.key]))
}

/** The value of a JSON column; undefined, which no check accepts, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The row as `T`.
 * @throws STATE_UNREADABLE naming table and id, never the contents: they may hold secrets
 */
export function readRow<T>(table: string, id: string, check: Check<T>, row: unknown): T {
  if (check(row)) return row
  const { code, sentence } = unreadable(table, id)
  throw new AppError(code, sentence)
}

/** Why a row is not there for us. */
export const unreadable = (table: string, id: string) =>
  ({ code: 'STATE_UNREADABLE', sentence: `the row ${id} of the table ${table} cannot be read` }) as const

/**
 * A JSON column whose shape is the caller's affair.
 * @throws STATE_UNREADABLE when it is not JSON
 */
export function readJson(table: string, id: string, text: string): unknown {
  return readRow(table, id, isPresent, parseJson(text))
}

/** What `readJson` reads; what JSON has no word for becomes null. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null)
}

function isPresent(value: unknown): value is unknown {
  return value !== undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
