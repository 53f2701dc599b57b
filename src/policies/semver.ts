import { readVersion, type Version } from '../image/version/version.ts'
import type { Policy, PolicySpec } from './policy.ts'
import { compareTags, compatible, preferVersion } from './stages/compatible.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'
import { choosing } from './stages/choosing.ts'
import { readRange } from './stages/range.ts'

/** The highest version, in a range where one is given. @throws POLICY_INVALID */
export const semverPolicy = (spec: PolicySpec): Policy => choosing(spec, semver(spec))

function semver(spec: PolicySpec): Ordering<Version> {
  const range = spec.range === null ? null : readRange(spec.range)
  // A range that names a prerelease asks for them.
  const rules = { ...spec, ...(range?.namesPrerelease === true && { prerelease: 'any' as const }) }
  return {
    superlative: { highest: 'the highest version', lowest: 'the smallest step up' },
    read(text) {
      const value = readVersion(text)
      return value === null ? drop('unreadable', 'it is no version') : { value }
    },
    admit(version, current) {
      const odd = oddForm(version, current)
      if (odd !== null) return drop('unreadable', odd)
      const dropped = compatible(rules, version, current)
      if (dropped !== null) return dropped
      return range === null || range.includes(version) ? null : drop('out-of-range', `it is not in ${spec.range}`)
    },
    compare: (a, b) => compareTags(spec.variant, a, b),
    prefer: preferVersion,
    major: ({ numbers: [major = '0'] }) => major,
  }
}

/** What only reads as a version where the current tag is written in the same way: dates, hashes, lone numbers. */
function oddForm({ form, numbers }: Version, current: Version | null): string | null {
  if (form === 'year' && current?.form !== 'year') return 'it reads as a date rather than a version'
  if (form === 'long' && current?.form !== 'long')
    return 'it reads as a date, a hash or a counter rather than a version'
  if (current === null && numbers.length < 2)
    return 'a single number is too little to be a version without a current tag'
  return null
}
