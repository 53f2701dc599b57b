interface Bounds {
  /** Levels of lists and objects within each other. */
  readonly depthMax: number
  /** Beginnings of lists and objects, and commas, together. */
  readonly partsMax: number
}

const [quote, backslash, comma] = [0x22, 0x5c, 0x2c]

/**
 * Whether a JSON text is neither so deep nor of so many parts that reading it would take a hundred times its own size. Looks
 * only at what stands outside of texts, and also answers for what is no JSON.
 */
export function isWithinBounds(json: Uint8Array, { depthMax, partsMax }: Bounds): boolean {
  let [depth, parts] = [0, 0]
  for (let at = 0; at < json.length; at += 1) {
    switch (json[at]) {
      case quote:
        at = endOfText(json, at)
        break
      case comma:
        parts += 1
        break
      case 0x5b: // [
      case 0x7b: // {
        parts += 1
        depth += 1
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth = Math.max(0, depth - 1)
    }
    if (depth > depthMax || parts > partsMax) return false
  }
  return true
}

/** Where the text that begins at a quotation mark ends; behind the last byte where it does not. */
function endOfText(json: Uint8Array, from: number): number {
  for (let at = from + 1; ;) {
    const end = json.indexOf(quote, at)
    if (end === -1) return json.length
    let escapes = 0
    while (json[end - 1 - escapes] === backslash) escapes += 1
    if (escapes % 2 === 0) return end
    at = end + 1
  }
}
