import { compareDigits } from '../../image/version/digits.ts'
import type { PolicySpec } from '../policy.ts'
import type { Current } from './current.ts'
import { drop, type Dropped } from './dropped.ts'
import type { Entry, Ordering } from './ordering.ts'

/**
 * The guard of `maxMajorStep`. Counted over the majors that there are, so that one which was never published is no step;
 * in one go for all candidates, of which each may have a major of its own.
 */
export function createMajorStep<Value>(
  { maxMajorStep }: PolicySpec,
  ordering: Ordering<Value>,
  entries: readonly Entry<Value>[],
  current: Current<Value>,
): (entry: Entry<Value>) => Dropped | null {
  const from = maxMajorStep === null || current.value === null ? null : ordering.major(current.value)
  if (maxMajorStep === null || from === null) return () => null
  const above = new Set<string>()
  for (const { value } of entries) {
    const major = ordering.major(value)
    if (major !== null && compareDigits(major, from) > 0) above.add(major)
  }
  const steps = new Map([...above].toSorted(compareDigits).map((major, at) => [major, at + 1]))
  return ({ value }) => {
    const count = steps.get(ordering.major(value) ?? '') ?? 0
    if (count <= maxMajorStep) return null
    return drop('major-step', `it is ${count} major versions on, and at most ${maxMajorStep} may be taken at once`)
  }
}
