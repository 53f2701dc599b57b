import type { Version } from '../image/version/version.ts'
import type { Policy, PolicySpec } from './policy.ts'
import { readLayout } from './stages/calver-layout.ts'
import { choosing } from './stages/choosing.ts'
import { allowedBy, compareTags, compatible, notNewerVersion, preferVersion } from './stages/compatible.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'

/** The latest date that is written in a given layout. @throws POLICY_INVALID */
export const calverPolicy = (spec: PolicySpec): Policy => choosing(spec, calver(spec))

function calver(spec: PolicySpec): Ordering<Version> {
  const layout = readLayout(spec.range ?? '')
  return {
    superlative: { highest: 'the latest date', lowest: 'the next date' },
    notNewer: notNewerVersion,
    read(text) {
      const found = layout.read(text)
      return 'problem' in found ? drop('unreadable', found.problem) : { value: found }
    },
    admit: (version, current) => compatible(spec, version, current),
    allowedBy: (version, current) => allowedBy(spec, version, current),
    compare: (a, b) => compareTags(spec.variant, a, b),
    prefer: preferVersion,
    major: () => null,
    numbers: ({ numbers }) => numbers.length,
  }
}
