import type { z } from 'zod'

/**
 * Checks across fields run even when some fields are wrong, so that one look shows all problems.
 * They must then not rely on any field.
 */
export function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null
}

/** As `isObject`, for lists. */
export function isList({ value }: { value: unknown }): boolean {
  return Array.isArray(value)
}

/** Reports every entry of a list that has the same values under `keys` as an earlier one. */
export function uniqueBy<Key extends string>(keys: readonly [Key, ...Key[]], what: string) {
  return (list: readonly ({ readonly [K in Key]?: unknown } | null)[], context: z.core.$RefinementCtx) => {
    const seen = new Map<string, number>()
    for (const [index, item] of list.entries()) {
      if (item?.[keys[0]] === undefined) continue
      const id = JSON.stringify(keys.map((key) => item[key] ?? null))
      const first = seen.get(id)
      if (first === undefined) seen.set(id, index)
      else context.addIssue({ code: 'custom', path: [index], message: `has the same ${what} as entry ${first}` })
    }
  }
}
