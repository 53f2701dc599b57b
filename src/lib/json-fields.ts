import { isWithinBounds } from './json-bounds.ts'

/** Far more than anybody who means it sends: a thousand events of a hundred fields each, a few levels deep. */
const bounds = { depthMax: 64, partsMax: 250_000 }

/**
 * The value that a JSON text or its bytes in UTF-8 stand for; undefined when they are none, or are so deep or of so many
 * parts that nobody could mean it.
 */
export function readJsonText(json: string | Uint8Array): unknown {
  try {
    if (!isWithinBounds(typeof json === 'string' ? Buffer.from(json) : json, bounds)) return undefined
    const text = typeof json === 'string' ? json : new TextDecoder('utf-8', { fatal: true }).decode(json)
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What stands under a key of its own, never one that is inherited; undefined where there is no such thing. */
export function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return Reflect.get(value, key)
}

/** As `fieldOf`, when it is a text that is not empty; else null. */
export function textOf(value: unknown, key: string): string | null {
  const found = fieldOf(value, key)
  return typeof found === 'string' && found !== '' ? found : null
}
