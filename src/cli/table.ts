/** One column; those that may shrink give way when the terminal is narrow. */
export interface Column {
  readonly title: string
  readonly canShrink?: boolean
}

const gap = 2
const narrowest = 12

/**
 * Lines of a table that fits `width`: columns that may shrink break their text over several lines.
 *
 * @param width in columns; null for as wide as it needs
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number | null): string {
  const cells = [columns.map((each) => each.title), ...rows]
  const widths = fit(columns, cells, width)
  return cells.flatMap((row) => renderRow(row, widths)).join('\n')
}

function fit(columns: readonly Column[], cells: readonly (readonly string[])[], width: number | null): number[] {
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  if (width === null) return widths
  const over = () => widths.reduce((sum, each) => sum + each, gap * (columns.length - 1)) - width
  while (over() > 0) {
    const widest = columns
      .map((column, at) => ({ at, size: column.canShrink === true ? (widths[at] ?? 0) : 0 }))
      .reduce((a, b) => (b.size > a.size ? b : a))
    if (widest.size <= narrowest) break
    widths[widest.at] = Math.max(narrowest, widest.size - over())
  }
  return widths
}

function renderRow(row: readonly string[], widths: readonly number[]): string[] {
  const wrapped = row.map((text, at) => wrap(text, widths[at] ?? text.length))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, line) =>
    wrapped
      .map((lines, at) => (lines[line] ?? '').padEnd(widths[at] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd(),
  )
}

/** Breaks at blanks where it can, and inside a word where that alone is too long. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    let rest = word
    if (line !== '' && line.length + 1 + rest.length <= width) {
      line += ` ${rest}`
      continue
    }
    if (line !== '') lines.push(line)
    while (rest.length > width) {
      lines.push(rest.slice(0, width))
      rest = rest.slice(width)
    }
    line = rest
  }
  return [...lines, line]
}
