/** Readers of JSON that somebody else wrote: what is not of the wanted type reads as its empty value. */

export type JsonObject = Readonly<Record<string, unknown>>

/** @returns an empty object for anything else; arrays too */
export function objectOf(value: unknown): JsonObject {
  // A plain object's fields are unknown each, which is what the type says.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

export const numberOf = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const textsOf = (value: unknown): readonly string[] => listOf(value).filter((each) => typeof each === 'string')

/** Only the entries that are text. */
export function textMapOf(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(entries)
}
