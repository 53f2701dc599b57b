import type { z } from 'zod'
import { didYouMean } from '../lib/did-you-mean.ts'
import { formerKeyHint } from './former-keys.ts'
import { formatPath, type Path, type Problem } from './problem.ts'

type Issue = z.core.$ZodIssue

/** Where a key path comes from: its line in the file, or what else set it. */
export type Locate = (path: Path) => Pick<Problem, 'line' | 'where'>

/**
 * What the schema found, in our words and without any value of the file.
 *
 * @param keysAt names that are allowed at a path, for suggestions
 */
export function explainIssues(
  issues: readonly Issue[],
  input: unknown,
  keysAt: (path: Path) => readonly string[],
  locate: Locate,
): readonly Problem[] {
  return issues.flatMap((issue) => {
    // No key of the configuration is a symbol.
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
    if (issue.code !== 'unrecognized_keys')
      return [{ ...locate(path), sentence: sentence(issue, valueAt(input, path)) }]
    return issue.keys.map((key) => ({
      ...locate([...path, key]),
      sentence: `unknown key${formerKeyHint([...path, key]) ?? didYouMean(key, keysAt(path))}`,
    }))
  })
}

function sentence(issue: Issue, value: unknown): string {
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String)
    const meant = typeof value === 'string' ? didYouMean(value, values) : ''
    return `must be ${values.length > 1 ? `one of ${values.join(', ')}` : values.join()}${meant}`
  }
  const isOurs = !issue.message.startsWith('Invalid input')
  if (issue.code !== 'invalid_type' || (isOurs && value !== undefined)) return issue.message
  if (value === undefined) return 'is missing'
  if (issue.expected === 'object') return 'must be a mapping of keys to values'
  return issue.expected === 'array' ? 'must be a list' : `must be of type ${issue.expected}`
}

function valueAt(tree: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, key) => {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    // Object.hasOwn has just shown that the key is there.
    return (node as Record<string | number, unknown>)[key]
  }, tree)
}

/** The place of a path, or of the nearest key around it that stands in the file. */
export function locateIn(
  lines: ReadonlyMap<string, number>,
  overrides: readonly { readonly path: Path; readonly source: string }[],
): Locate {
  return (path) => {
    const where = formatPath(path)
    const override = overrides.find((known) => formatPath(known.path) === where)
    if (override !== undefined) return { line: null, where: override.source }
    for (let length = path.length; length > 0; length -= 1) {
      const line = lines.get(formatPath(path.slice(0, length)))
      if (line !== undefined) return { line, where }
    }
    return { line: null, where }
  }
}
