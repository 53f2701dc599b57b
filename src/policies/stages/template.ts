import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import type { Pattern } from './pattern.ts'

/** What `extract` puts together from the groups of a match. */
export interface Template {
  /** Null where that is longer than anything that could be ordered by it. */
  fill(groupOf: (group: string) => string): string | null
}

/** In characters. A tag has at most 128, and many of what is much longer would fill the memory. */
const filledMax = 256
const lengthMax = 256

const part = /\$(?:(\$)|(\d+)|\{([A-Za-z0-9_]+)\})/g

/**
 * Reads `$1`, `${1}` and `${name}`; `$$` is a dollar sign.
 * @param include the patterns whose groups it may name: any of their regexes may be the one that matches
 * @throws POLICY_INVALID
 */
export function readTemplate(text: string, include: readonly Pattern[]): Template {
  const regexes = include.filter(({ isRegex }) => isRegex)
  if (regexes.length === 0) throw wrong(text, 'needs a regex in include, whose groups it is made of')
  if (text.length > lengthMax) throw wrong(text.slice(0, 40), `must have at most ${lengthMax} characters`)
  if (text.replaceAll(part, '').includes('$')) throw wrong(text, 'has a $ that names no group: write $1, ${name} or $$')
  for (const [, , number, name] of text.matchAll(part)) {
    const group = number ?? name
    if (group === undefined || regexes.every(({ groups }) => groups.has(group))) continue
    throw wrong(
      text,
      `names the group ${group}, which ${regexes.length === 1 ? 'the regex' : 'a regex'} of include lacks`,
    )
  }
  const parts = partsOf(text)
  return {
    fill(groupOf) {
      let filled = ''
      for (const { literal, group } of parts) {
        filled += group === null ? literal : groupOf(group)
        if (filled.length > filledMax) return null
      }
      return filled
    },
  }
}

/** Texts and groups as they follow one another. */
function partsOf(text: string): readonly { readonly literal: string; readonly group: string | null }[] {
  const parts: { literal: string; group: string | null }[] = []
  let at = 0
  for (const { 0: whole, 1: dollar, 2: number, 3: name, index } of text.matchAll(part)) {
    parts.push({ literal: text.slice(at, index), group: null })
    parts.push({ literal: dollar ?? '', group: number ?? name ?? null })
    at = index + whole.length
  }
  return [...parts, { literal: text.slice(at), group: null }]
}

const wrong = (text: string, problem: string): AppError =>
  new AppError('POLICY_INVALID', `extract: ${quote(text)} ${problem}`)
