import type { SettingsOverride } from '../workloads/settings.ts'

type Result = { readonly value: SettingsOverride } | { readonly problem: string }

/** Longest policy that is read from a label, in characters. */
const policyLengthMax = 10_000

/** The labels that say which tag a workload should run. Whether they make a policy is seen when it is built from them. */
export const policyLabels: readonly (readonly [string, (text: string) => Result])[] = [
  ['longshore.policy', readPolicy],
  ['longshore.tags', readTags],
  ['longshore.min-age', (text) => ({ value: { minAge: text.trim() } })],
]

function readPolicy(text: string): Result {
  if (text.trim() === '') return { problem: 'is empty; digest is what holds without it' }
  return text.length > policyLengthMax
    ? { problem: `is longer than ${policyLengthMax} characters` }
    : { value: { policy: text.trim() } }
}

/** Globs and regexes between slashes, parted by commas; as a JSON list where one of them has a comma in it. */
function readTags(text: string): Result {
  const trimmed = text.trim()
  const tags = /^\[\s*["\]]/.test(trimmed) ? readList(trimmed) : split(trimmed)
  if (tags === null) return { problem: 'begins like a JSON list of texts and is none' }
  if (tags.length === 0 || tags.includes('')) return { problem: 'has nothing where a pattern should be' }
  return { value: { tags } }
}

function readList(text: string): readonly string[] | null {
  try {
    const read: unknown = JSON.parse(text)
    return Array.isArray(read) && read.every((each) => typeof each === 'string') ? read : null
  } catch {
    return null
  }
}

/** Not at a comma within braces, as in `{a,b}`, nor within a regex. */
function split(text: string): readonly string[] {
  const patterns = ['']
  let depth = 0
  let isInRegex = false
  for (const character of text) {
    const pattern = patterns.at(-1) ?? ''
    if (character === ',' && depth === 0 && !isInRegex) {
      patterns.push('')
      continue
    }
    if (character === '/' && depth === 0) isInRegex = pattern.trim() === '' || (isInRegex && pattern.endsWith('\\'))
    if (character === '{' && !isInRegex) depth += 1
    if (character === '}' && !isInRegex) depth = Math.max(0, depth - 1)
    patterns[patterns.length - 1] = pattern + character
  }
  return patterns.map((each) => each.trim())
}
