import type { Policy, PolicySpec } from './policy.ts'
import { choosing } from './stages/choosing.ts'
import type { Ordering } from './stages/ordering.ts'

/** The last by code point: for names that were made to sort, such as padded dates. */
export const alphabeticalPolicy = (spec: PolicySpec): Policy => choosing(spec, alphabetical)

const alphabetical: Ordering<string> = {
  superlative: { highest: 'the last of the alphabet', lowest: 'the next of the alphabet' },
  notNewer: { equal: 'it reads as the current tag does', below: 'it is below the current tag' },
  read: (text) => ({ value: text }),
  admit: () => null,
  compare: compareCodePoints,
  prefer: () => 0,
  major: () => null,
}

/** JavaScript compares UTF-16 units, which puts U+FFFF after U+10000. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0
  for (let at = 0; ; at += 1) {
    const left = a.codePointAt(at)
    const right = b.codePointAt(at)
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1
    if (left !== right) return left - right
  }
}
