import { readVersion, type Version } from '../image/version/version.ts'
import type { Policy, PolicySpec } from './policy.ts'
import { allowedBy, compareTags, compatible, notNewerVersion, preferVersion } from './stages/compatible.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'
import { choosing } from './stages/choosing.ts'
import { readRange } from './stages/range.ts'

/** The highest version, in a range where one is given. @throws POLICY_INVALID */
export const semverPolicy = (spec: PolicySpec): Policy => choosing(spec, semver(spec))

function semver(spec: PolicySpec): Ordering<Version> {
  const range = spec.range === null ? null : readRange(spec.range)
  // A range that names a prerelease asks for them, unless they are refused in so many words.
  const isAny = range?.namesPrerelease === true && spec.prerelease !== 'never'
  const rules = isAny ? { ...spec, prerelease: 'any' as const } : spec
  const isIn = (version: Version) => range === null || range.includes(version)
  return {
    superlative: { highest: 'the highest version', lowest: 'the smallest step up' },
    notNewer: notNewerVersion,
    read(text) {
      const value = readVersion(text)
      return value === null ? drop('unreadable', 'it is no version') : { value }
    },
    admit(version, current) {
      const odd = oddForm(version, current)
      if (odd !== null) return drop('unreadable', odd)
      const dropped = compatible(rules, version, current)
      if (dropped !== null) return dropped
      return isIn(version) ? null : drop('out-of-range', `it is not in ${spec.range}`)
    },
    allowedBy: (version, current) => (isIn(version) ? allowedBy(rules, version, current) : null),
    compare: (a, b) => compareTags(spec.variant, a, b),
    prefer: preferVersion,
    major: ({ numbers: [major = '0'] }) => major,
    numbers: ({ numbers }) => numbers.length,
  }
}

/** What only reads as a version where the current tag is written in the same way: dates, hashes, lone numbers. */
function oddForm({ form, numbers }: Version, current: Version | null): string | null {
  if (form !== 'plain' && form !== current?.form) {
    const what = form === 'year' ? 'a date' : 'a date, a hash or a counter'
    const isOther = current !== null && current.form !== 'plain'
    return `it reads as ${what} rather than ${isOther ? 'as the current tag does' : 'a version'}`
  }
  if (current === null && numbers.length < 2)
    return 'a single number is too little to be a version without a current tag'
  return null
}
