import type { Line } from '../doors.ts'
import { table, wrap } from '../table.ts'

/** Rows that are shown of a long list; the rest is counted. */
export const rowsMax = 40

/** How explanations are shown. */
export interface Shown {
  readonly current: string | null
  /** Of the terminal; null for as wide as it needs. */
  readonly columns: number | null
  readonly all: boolean
}

/** Narrower than that nothing is broken. */
const narrowest = 20

/** Text behind a word for it, broken so that it fits and stays behind it. */
export function paragraph(
  word: string,
  text: string,
  columns: number | null,
  style: Line['style'] = 'plain',
): readonly Line[] {
  const lines = columns === null ? [text] : wrap(text, Math.max(columns - word.length, narrowest))
  return lines.map((line, at) => ({ text: (at === 0 ? word : ' '.repeat(word.length)) + line, style }))
}

/** A table whose rows are painted whole, where each takes one line. */
export function styledTable(
  titles: readonly string[],
  rows: readonly { readonly cells: readonly string[]; readonly style: Line['style'] }[],
  columns: number | null,
): readonly Line[] {
  if (rows.length === 0) return []
  const [head = '', ...lines] = table(
    titles,
    rows.map(({ cells }) => cells),
    columns,
  ).split('\n')
  const isOneEach = lines.length === rows.length
  return [
    { text: head, style: 'strong' },
    ...lines.map((text, at) => ({ text, style: isOneEach ? (rows[at]?.style ?? 'plain') : ('plain' as const) })),
  ]
}
