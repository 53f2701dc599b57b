import type { Candidate, PolicySpec } from '../policy.ts'
import { drop, type Dropped } from './dropped.ts'
import { readTemplate, type Template } from './template.ts'
import { readPattern, type Pattern } from './pattern.ts'

/** The stages `filter` and `extract`, which are the same for all policies. */
export interface Filter {
  /** What of a tag is to be read; the tag itself unless there is a template. */
  extract(tag: string): { readonly text: string } | Dropped
  /** Whether a tag is let through by `exclude`, too. */
  judge(candidate: Candidate): { readonly text: string } | Dropped
  /** Forgets what matching has kept. */
  reset(): void
}

/** What carries a signature, an attestation or an SBOM of an image. */
const isArtefact = (tag: string): boolean =>
  (tag.startsWith('sha256-') && /^sha256-[0-9a-f]{64}(\..*)?$/.test(tag)) ||
  ['.sig', '.att', '.sbom'].some((end) => tag.endsWith(end))

/** @throws POLICY_INVALID */
export function createFilter(spec: PolicySpec): Filter {
  const include = spec.include.map((text, at) => readPattern(text, `include[${at}]`))
  const exclude = spec.exclude.map((text, at) => readPattern(text, `exclude[${at}]`))
  const template = spec.extract === null ? null : readTemplate(spec.extract, include)
  const extract = (tag: string) => extractFrom(tag, include, template)
  return {
    extract,
    judge({ tag }) {
      if (tag === '' || tag.length > 128) return drop('invalid', 'no tag can be written like that')
      if (isArtefact(tag)) return drop('artefact', 'it is a signature, an attestation or an SBOM')
      const found = extract(tag)
      if ('verdict' in found) return found
      return exclude.some((pattern) => pattern.matches(tag)) ? drop('excluded', 'exclude matches it') : found
    },
    reset: () => [...include, ...exclude].forEach((pattern) => pattern.reset()),
  }
}

function extractFrom(tag: string, include: readonly Pattern[], template: Template | null) {
  if (include.length === 0) return { text: tag }
  const first = include.findIndex((pattern) => pattern.matches(tag))
  if (first === -1) return drop('not-included', 'include does not match it')
  if (template === null) return { text: tag }
  const regex = include.slice(first).find((pattern) => pattern.isRegex && pattern.matches(tag))
  const groups = regex?.groupsOf(tag) ?? null
  if (groups === null) return drop('not-extracted', 'no regex of include matches it, so nothing can be extracted')
  return { text: template.fill(groups) }
}
