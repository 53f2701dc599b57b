import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import type { Pattern } from './pattern.ts'

/** What `extract` puts together from the groups of a match. */
export interface Template {
  fill(groups: ReadonlyMap<string, string>): string
}

const part = /\$(?:(\$)|(\d+)|\{([A-Za-z0-9_]+)\})/g

/**
 * Reads `$1`, `${1}` and `${name}`; `$$` is a dollar sign.
 * @param include the patterns whose groups it may name: any of their regexes may be the one that matches
 * @throws POLICY_INVALID
 */
export function readTemplate(text: string, include: readonly Pattern[]): Template {
  const regexes = include.filter(({ isRegex }) => isRegex)
  if (regexes.length === 0) throw wrong(text, 'needs a regex in include, whose groups it is made of')
  if (text.replaceAll(part, '').includes('$')) throw wrong(text, 'has a $ that names no group: write $1, ${name} or $$')
  for (const [, , number, name] of text.matchAll(part)) {
    const group = number ?? name
    if (group === undefined || regexes.every(({ groups }) => groups.has(group))) continue
    throw wrong(
      text,
      `names the group ${group}, which ${regexes.length === 1 ? 'the regex' : 'a regex'} of include lacks`,
    )
  }
  return {
    fill: (groups) =>
      text.replaceAll(part, (_, dollar: string | undefined, number: string | undefined, name: string | undefined) =>
        dollar === undefined ? (groups.get(number ?? name ?? '') ?? '') : '$',
      ),
  }
}

const wrong = (text: string, problem: string): AppError =>
  new AppError('POLICY_INVALID', `extract: ${quote(text)} ${problem}`)
