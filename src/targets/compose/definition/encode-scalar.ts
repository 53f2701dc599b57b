import { parse } from 'yaml'
import type { Style } from './tree.ts'

/**
 * The YAML of a scalar whose text changes from `before` to `after`, in the style that it has.
 *
 * A plain one gets single quotes only where YAML would read it as something else than this text.
 *
 * @param source the scalar as it stands, its quotes included
 * @returns null when a block scalar does not hold `before` on one line of its own
 */
export function encodeScalar(source: string, style: Style, before: string, after: string): string | null {
  if (style === 'block') {
    const text = before.trim()
    const body = source.indexOf('\n')
    const at = source.indexOf(text, body)
    const isAlone = body >= 0 && at >= 0 && source.slice(body).trim() === text
    return isAlone ? source.slice(0, at) + after.trim() + source.slice(at + text.length) : null
  }
  if (style === 'single') return singleQuoted(after)
  if (style === 'double') return source === `"${before}"` ? `"${after}"` : JSON.stringify(after)
  return isPlainText(after) ? after : singleQuoted(after)
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Whether it is this very text without quotes for YAML 1.1 and 1.2 both: Compose's reader knows numbers and dates of both. */
function isPlainText(text: string): boolean {
  return (['1.1', '1.2'] as const).every((version) => {
    try {
      return parse(`k: ${text}`, { version })?.k === text && (/[[\]{},]/.test(text) === false || hasOnlyVariables(text))
    } catch {
      return false
    }
  })
}

/** `${VAR}` in a plain scalar was written by a person in a place where YAML takes it; brackets of ours were not. */
function hasOnlyVariables(text: string): boolean {
  return !/[[\],]/.test(text)
}
