import { formatCanonical, formatFamiliar, parseReference } from '../../image/reference.ts'

/**
 * What `longshore reference TEXT` prints, without a line break at the end: how the text is read, and its two spellings.
 * Absent parts are null in JSON and `-` in the table.
 *
 * @throws REFERENCE_INVALID
 */
export function runReference(text: string, output: 'json' | 'table'): string {
  const reference = parseReference(text)
  const { registry, repository, tag, digest } = reference
  const rows = {
    registry,
    repository,
    tag,
    digest,
    familiar: formatFamiliar(reference),
    canonical: formatCanonical(reference),
  }
  if (output === 'json') return JSON.stringify(rows, null, 2)
  const width = 'repository'.length + 2
  return Object.entries(rows)
    .map(([key, value]) => key.padEnd(width) + (value ?? '-'))
    .join('\n')
}
