import { RE2JS } from 're2js'

/** In this order: text between `\Q` and `\E`, a class by its name, another escape, and what begins or ends a class of characters. */
const part = /\\Q[\s\S]*?(?:\\E|$)|\\([pP])(?:\{(\^?)(\w+)\}|([A-Z]))|\\[\s\S]|\[\^?\]?|\]/g

/**
 * Writes the classes of Unicode that a regex names (`\pL`, `\P{Lu}`, `\p{^Greek}`) as what they have in ASCII: tags have
 * nothing else, and folding the case of thousands of characters takes milliseconds. Names that RE2 does not know are left
 * for it to refuse.
 */
export function withAsciiClasses(regex: string): string {
  if (!/\\[pP]/.test(regex)) return regex
  let isWithin = false
  return regex.replaceAll(part, (found: string, letter?: string, not?: string, long?: string, short?: string) => {
    if (letter === undefined) {
      // Within a class `[` is a character as any other.
      if (found.startsWith('[')) isWithin = true
      else if (found === ']') isWithin = false
      return found
    }
    const members = rangesOf(long ?? short ?? '', (letter === 'P') !== (not === '^'))
    if (members === null) return found
    return isWithin ? members : `[${members}]`
  })
}

const codes = Array.from({ length: 128 }, (_, code) => code)

/** The ASCII characters of a class, or those that are not in it, as ranges; null where RE2 knows no such class. */
function rangesOf(name: string, isNegated: boolean): string | null {
  const regex = compile(`\\p{${name}}`)
  if (regex === null) return null
  const isIn = (code: number) => regex.matches(String.fromCharCode(code)) !== isNegated
  const starts = codes.filter((code) => isIn(code) && (code === 0 || !isIn(code - 1)))
  const ends = codes.filter((code) => isIn(code) && (code === 127 || !isIn(code + 1)))
  // No character of a tag is in what has none.
  return starts.length === 0
    ? escape(0)
    : starts.map((start, at) => `${escape(start)}-${escape(ends[at] ?? start)}`).join('')
}

const escape = (code: number): string => `\\x${code.toString(16).padStart(2, '0')}`

function compile(regex: string): RE2JS | null {
  try {
    return RE2JS.compile(regex)
  } catch {
    return null
  }
}
