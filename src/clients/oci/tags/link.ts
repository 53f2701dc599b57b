/**
 * The target of `rel="next"` in a `Link` header, as written; null when there is none.
 * Some registries leave out the angle brackets or the quotes.
 *
 * @see RFC 8288, 3
 */
export function nextLink(header: string): string | null {
  for (const [, bracketed, bare, parameters = ''] of header.slice(0, lengthMax).matchAll(link)) {
    if (relIsNext.test(parameters)) return bracketed ?? bare ?? null
  }
  return null
}

const lengthMax = 8192
// The look behind keeps a long word from being tried again from each of its letters.
const link = /(?:<([^<>]*)>|(?<![^\s,])([^\s<>,;]+))((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)+)/g
const relIsNext = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=[\s;]|$))/i
