import { escapeControls } from '../lib/escape-controls.ts'

const gap = 2
/** A column gives way down to this. */
const narrowest = 12
/** Sentences in a narrower column are no pleasure to read. */
const sentenceMin = 32
const indent = '  '

/**
 * Lines of a table that fits `width`: the widest columns break their text over several lines. The last column holds
 * sentences; where little would be left for them, each stands below its row.
 *
 * @param width in columns; null for as wide as it needs
 */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], width: number | null): string {
  const cells = [titles, ...rows.map((row) => row.map(oneLine))]
  const natural = titles.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)))
  if (width === null || total(natural) <= width) return render(cells, natural)
  const others = natural.slice(0, -1)
  const left = width - gap - total(others)
  if (left >= sentenceMin) return render(cells, [...others, left])
  const widths = fit(others, width)
  const body = cells
    .slice(1)
    .flatMap((row) => [
      ...renderRow(row.slice(0, -1), widths).filter((line) => line !== ''),
      ...wrap(row.at(-1) ?? '', width - indent.length).flatMap((line) => (line === '' ? [] : [indent + line])),
    ])
  return [...renderRow(titles.slice(0, -1), widths), ...body].join('\n')
}

/** What would break the lines or the widths of the table, made harmless before anything is measured. */
const oneLine = (text: string): string => escapeControls(text.replaceAll(/[\t\n\r]+/g, ' '))

const total = (widths: readonly number[]): number => widths.reduce((sum, each) => sum + each, gap * (widths.length - 1))

/** The widest gives way first. */
function fit(natural: readonly number[], width: number): readonly number[] {
  const widths = [...natural]
  while (total(widths) > width) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    widths[widths.indexOf(widest)] = widest - 1
  }
  return widths
}

function render(cells: readonly (readonly string[])[], widths: readonly number[]): string {
  return cells.flatMap((row) => renderRow(row, widths)).join('\n')
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

/**
 * Breaks at blanks where it can, and inside a word where that alone is too long.
 * @returns at least one line
 */
export function wrap(text: string, width: number): string[] {
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
      const cut = cutWithin(rest, width)
      lines.push(rest.slice(0, cut))
      rest = rest.slice(cut)
    }
    line = rest
  }
  return [...lines, line]
}

/** Names and references read better when they break after a separator. */
function cutWithin(word: string, width: number): number {
  const cut = Math.max(...['/', ':', '-'].map((separator) => word.lastIndexOf(separator, width - 1))) + 1
  return cut > width / 2 ? cut : width
}
