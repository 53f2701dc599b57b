/** Longest piece of outside text that a message repeats, in characters. */
const lengthMax = 100

/**
 * Outside text for a message: in quotes, cut when long, everything but printable ASCII as `\u` escapes so that it can
 * neither move the cursor of a terminal nor pass for another letter.
 * What stands before the `@` of `user:password@host/path` is struck out.
 */
export function quote(text: string): string {
  const safe = withoutCredentials(text)
  const shown = JSON.stringify(safe.slice(0, lengthMax)).replaceAll(/[^\x20-\x7e]/g, escape)
  return safe.length > lengthMax ? `${shown}… (${safe.length} characters)` : shown
}

function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@')
  return at >= 0 && text.includes('/', at) ? `***${text.slice(at)}` : text
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
