import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../../errors.ts'

/**
 * The target of `rel="next"` in the `Link` of an answer, as written; null when there is none, as on the last page.
 * Some registries leave out the angle brackets or the quotes, or write single ones. What has no relation that can be read
 * could be the next page: taken for none, it would make a part of a list the whole.
 *
 * @throws REGISTRY_INTEGRITY for such a `Link`
 * @see RFC 8288, 3
 */
export function nextLink(headers: IncomingHttpHeaders, subject: string): string | null {
  const header = [headers.link ?? ''].flat().join(', ')
  let others = ''
  let readTo = 0
  // Of a longer one the next page may lie beyond.
  const isWhole = header.length <= lengthMax
  for (const found of header.slice(0, lengthMax).matchAll(link)) {
    const [text, bracketed, bare, parameters = ''] = found
    const relations = relationsOf(parameters)
    if (relations.includes('next')) return bracketed ?? bare ?? null
    others += header.slice(readTo, relations.length > 0 ? found.index : found.index + text.length)
    readTo = found.index + text.length
  }
  others += header.slice(readTo)
  if (isWhole && /^[\s,;]*$/.test(others)) return null
  throw new AppError('REGISTRY_INTEGRITY', `${subject}: its \`Link\` does not say in a readable way what it leads to`)
}

function relationsOf(parameters: string): readonly string[] {
  for (const [, name, double, single, bare] of parameters.matchAll(parameter)) {
    if (name?.toLowerCase() !== 'rel') continue
    const relations = (double ?? single ?? bare ?? '').toLowerCase().split(/\s+/)
    return relations.filter((each) => each !== '')
  }
  return []
}

const lengthMax = 8192
const value = /(?:"([^"]*)"|'([^']*)'|([^\s;,"]*))/.source
const parameter = new RegExp(String.raw`;\s*([^\s=;,]+)(?:\s*=\s*${value})?`, 'g')
// The look behind keeps a long word from being tried again from each of its letters.
const link = new RegExp(
  String.raw`(?:<([^<>]*)>|(?<![^\s,])([^\s<>,;]+))((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s;,"]*))?)+)`,
  'g',
)
