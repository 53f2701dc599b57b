import { AppError } from '../../errors.ts'
import type { PolicySpec } from '../policy.ts'
import { artefactReason, isArtefact } from '../../image/artefact-tags.ts'
import { drop, type Dropped } from './dropped.ts'
import { readTemplate, type Template } from './template.ts'
import { readPattern, type Pattern } from './pattern.ts'

/** The stages `filter` and `extract`, which are the same for all policies. */
export interface Filter {
  /** What of a tag is to be read; the tag itself unless there is a template. */
  extract(tag: string): { readonly text: string } | Dropped
  /** Whether a tag is let through by `exclude`, too. */
  judge(tag: string): { readonly text: string } | Dropped
  /** Whether its patterns take so long that the clock is to be looked at for each tag. */
  readonly isHeavy: boolean
  /** Forgets what matching has kept. */
  reset(): void
}

/** @throws POLICY_INVALID */
export function createFilter(spec: PolicySpec): Filter {
  checkLength(spec)
  const { include, exclude } = readAll(spec)
  const template = spec.extract === null ? null : readTemplate(spec.extract, include)
  const slow = [...include, ...exclude].filter(({ isPlain }) => !isPlain)
  if (template !== null) checkGroups(slow)
  const extract = (tag: string) => extractFrom(tag, include, template)
  return {
    extract,
    isHeavy: sizeOf(slow) > heavyFrom || (template !== null && slow.length > 0),
    judge(tag) {
      if (tag === '' || tag.length > 128) return drop('invalid', 'no tag can be written like that')
      if (isArtefact(tag)) return drop('artefact', artefactReason)
      const found = extract(tag)
      if ('verdict' in found) return found
      return doesAnyMatch(exclude, tag) ? drop('excluded', 'exclude matches it') : found
    },
    reset: () => [...include, ...exclude].forEach((pattern) => pattern.reset()),
  }
}

/** Of all patterns of a policy together: building and matching take time and memory in proportion. */
const lengthSumMax = 5000
const sizeSumMax = 10_000
const heavyFrom = 1000
/** Of a pattern whose groups are asked for, times these: some milliseconds for one tag. */
const groupedSizeMax = 20_000

const sizeOf = (patterns: readonly Pattern[]): number => patterns.reduce((sum, { size }) => sum + size, 0)

function readAll(spec: PolicySpec): Readonly<Record<'include' | 'exclude', readonly Pattern[]>> {
  let left = sizeSumMax
  const read = (text: string, key: string) => {
    const pattern = readPattern(text, key)
    left -= pattern.size
    if (left < 0) throw tooMuch()
    return pattern
  }
  return {
    include: spec.include.map((text, at) => read(text, `include[${at}]`)),
    exclude: spec.exclude.map((text, at) => read(text, `exclude[${at}]`)),
  }
}

function checkGroups(slow: readonly Pattern[]): void {
  if (slow.every(({ isRegex, size, groups }) => !isRegex || size * groups.size <= groupedSizeMax)) return
  throw new AppError(
    'POLICY_INVALID',
    'policy: a regex of include has too many groups to extract from; write (?:…) for those that extract does not name',
  )
}

function checkLength({ include, exclude }: PolicySpec): void {
  if ([...include, ...exclude].reduce((sum, each) => sum + each.length, 0) > lengthSumMax) throw tooMuch()
}

const tooMuch = (): AppError =>
  new AppError(
    'POLICY_INVALID',
    'policy: include and exclude are too much to match together; write fewer or simpler ones',
  )

function doesAnyMatch(patterns: readonly Pattern[], tag: string): boolean {
  for (const pattern of patterns) if (pattern.matches(tag)) return true
  return false
}

function extractFrom(tag: string, include: readonly Pattern[], template: Template | null) {
  if (include.length === 0) return { text: tag }
  if (template === null) return doesAnyMatch(include, tag) ? { text: tag } : drop('not-included', notIncluded)
  let isIncluded = false
  for (const pattern of include) {
    const groups = pattern.isRegex ? pattern.groupsOf(tag) : null
    if (groups !== null) return filled(template.fill(groups))
    isIncluded ||= !pattern.isRegex && pattern.matches(tag)
  }
  return isIncluded
    ? drop('not-extracted', 'no regex of include matches it, so nothing can be extracted')
    : drop('not-included', notIncluded)
}

const notIncluded = 'include does not match it'

const filled = (text: string | null) =>
  text === null ? drop('not-extracted', 'what extract makes of it is far longer than a tag') : { text }
