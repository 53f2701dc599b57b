import type { Explanation } from '../../app/selection/explain-tags.ts'
import type { Line } from '../doors.ts'
import { count } from '../present.ts'
import { wrap } from '../table.ts'
import { legend, mark, tally } from './explanation-table.ts'
import { paragraph, rowsMax, styledTable, type Shown } from './styled-lines.ts'

/** Several policies on the same tags, a column for each; those that do not fit beside the others come below them. */
export function comparisonTable(
  explanations: readonly Explanation[],
  { current, columns, all }: Shown,
): readonly Line[] {
  const head = explanations.flatMap((each, at) => [
    ...paragraph(`${letterOf(at)}  `, each.policy, columns, 'strong'),
    ...paragraph('   selected  ', each.selected?.tag ?? 'nothing', columns, each.selected === null ? 'bad' : 'good'),
    ...paragraph('   because   ', each.reason, columns),
  ])
  const tags = [...new Set(ranks(explanations).flat())]
  // The current one is what a person compares the others with.
  const shown = tags.filter((tag, at) => all || at < rowsMax || tag === current)
  const verdicts = explanations.map(({ candidates }, at): Verdicts => {
    const byTag = new Map(candidates.map((each) => [each.tag, each.verdict]))
    return { title: letterOf(at), cells: shown.map((tag) => byTag.get(tag) ?? '-') }
  })
  const tagWidth = columns === null ? null : Math.min(longest(shown), Math.max(narrowest, besides(verdicts, columns)))
  const tables = sideBySide(tagWidth ?? longest(shown), verdicts, columns).flatMap((some) => [
    { text: '', style: 'plain' as const },
    ...tableOf(shown, some, { current, columns, tagWidth }),
  ])
  const left = tags.length - shown.length
  return [
    ...head,
    ...tables,
    ...(left > 0 ? [{ text: `   and ${count(left, 'more tag')}; --all shows them`, style: 'faint' as const }] : []),
    { text: '', style: 'plain' },
    ...explanations.flatMap(({ candidates, dropped }, at) =>
      paragraph(`${letterOf(at)}  `, tally(candidates.length, dropped), columns, 'faint'),
    ),
    ...(shown.length === 0 ? [] : [legend]),
  ]
}

/** Longer tags are broken before policies come to stand below one another, but not into pieces shorter than that. */
const narrowest = 24

/** What became of each tag under one policy. */
interface Verdicts {
  readonly title: string
  readonly cells: readonly string[]
}

function tableOf(
  tags: readonly string[],
  verdicts: readonly Verdicts[],
  { current, columns, tagWidth }: Pick<Shown, 'current' | 'columns'> & { readonly tagWidth: number | null },
): readonly Line[] {
  const rows = tags.flatMap((tag, at) => {
    const cells = verdicts.map((each) => each.cells[at] ?? '')
    const isSelected = cells.includes('selected')
    const style = isSelected ? ('good' as const) : tag === current ? ('strong' as const) : ('plain' as const)
    const [first = '', ...rest] = tagWidth === null ? [tag] : wrap(tag, tagWidth)
    const marks = mark(tag, isSelected ? tag : null, current)
    return [
      { cells: [marks, first, ...cells], style },
      ...rest.map((part) => ({ cells: ['', part, ...cells.map(() => '')], style })),
    ]
  })
  return styledTable(['', 'TAG', ...verdicts.map(({ title }) => title)], rows, columns)
}

const gap = 2
const marksWidth = 2

function sideBySide(
  tagWidth: number,
  verdicts: readonly Verdicts[],
  columns: number | null,
): readonly (readonly Verdicts[])[] {
  const room = columns === null ? Infinity : columns - marksWidth - gap - tagWidth
  const tables: Verdicts[][] = []
  let left = 0
  for (const each of verdicts) {
    const width = gap + longest(each.cells)
    const last = tables.at(-1)
    if (last === undefined || width > left) {
      tables.push([each])
      left = room - width
    } else {
      last.push(each)
      left -= width
    }
  }
  return tables
}

/** What is left for the tags where all policies stand side by side. */
const besides = (verdicts: readonly Verdicts[], columns: number): number =>
  verdicts.reduce((left, { cells }) => left - gap - longest(cells), columns - marksWidth - gap)

const longest = (texts: readonly string[]): number => texts.reduce((most, { length }) => Math.max(most, length), 3)

const letterOf = (at: number): string => String.fromCharCode(65 + (at % 26))

/** Tags by their place in any of the lists, so that the best of each policy come first. */
function ranks(explanations: readonly Explanation[]): readonly (readonly string[])[] {
  const length = Math.max(...explanations.map(({ candidates }) => candidates.length))
  return Array.from({ length }, (_, at) => explanations.flatMap(({ candidates }) => candidates[at]?.tag ?? []))
}
