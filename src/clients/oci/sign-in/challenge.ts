/** One way of signing in that a registry offers. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Far more than any registry sends; keeps the time of a hostile header small. */
const lengthMax = 8192

const word = /[\w!#$%&'*+.^`|~-]+/y
const equals = /[ \t]*=[ \t]*/y
const quoted = /"((?:[^"\\]|\\.)*)"/y
const bare = /[^\s,"]+/y
const separators = /[\s,]+/y

/**
 * Reads `WWW-Authenticate`, which may hold several challenges beside each other (`Bearer realm="…",Basic realm="…"`).
 * Total: what cannot be read is skipped.
 *
 * @see RFC 9110, 11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, lengthMax)
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  let position = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position
    const match = pattern.exec(text)
    if (match) position = pattern.lastIndex
    return match
  }

  while (position < text.length) {
    if (take(separators)) continue
    const name = take(word)?.[0].toLowerCase()
    if (name === undefined) {
      position += 1
      continue
    }
    const challenge = found.at(-1)
    if (!take(equals)) {
      found.push({ scheme: name, parameters: new Map() })
      continue
    }
    const value = take(quoted)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? take(bare)?.[0]
    // The first of two equal names counts: what follows cannot replace a realm.
    if (value !== undefined && challenge && !challenge.parameters.has(name)) challenge.parameters.set(name, value)
  }
  return found
}
