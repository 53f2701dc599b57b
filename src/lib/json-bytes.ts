const code = (character: string): number => character.charCodeAt(0)
/** The characters that JSON is made of, as bytes. */
export const quote = code('"')
export const backslash = code('\\')
export const openArray = code('[')
export const closeArray = code(']')
export const openObject = code('{')
export const closeObject = code('}')
export const colon = code(':')
export const comma = code(',')

/** Between tokens; 1 for each such byte. */
export const blanks = tableOf(' \t\n\r')
/** Of numbers, `true`, `false` and `null`: their order is looked at only where the value is wanted. */
export const scalars = tableOf('+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')

/** Whether JSON is text. */
export const isText = (bytes: Buffer, start: number): boolean => bytes[start] === quote

/** A text without escapes is what stands between its quotes: parsing each of a million would make two of it. */
export function readText(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === backslash) return String(JSON.parse(bytes.toString('utf8', start, end)))
  }
  return bytes.toString('utf8', start + 1, end - 1)
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const character of characters) table[code(character)] = 1
  return table
}
