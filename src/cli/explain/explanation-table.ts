import type { Explanation } from '../../app/selection/explain-tags.ts'
import type { Line } from '../doors.ts'
import { count } from '../present.ts'
import { table } from '../table.ts'

/** Rows that are shown of a long list; the rest is counted. */
const rowsMax = 40

interface Shown {
  readonly current: string | null
  readonly columns: number | null
  readonly all: boolean
}

/** What one policy chose, then every tag with what became of it, then how many each stage dropped. */
export function explanationTable(explanation: Explanation, { current, columns, all }: Shown): readonly Line[] {
  const { policy, selected, reason, candidates, dropped } = explanation
  const shown = all ? candidates : candidates.slice(0, rowsMax)
  // The current one is what a person compares the others with.
  const hidden = candidates.slice(shown.length)
  const rest = hidden.filter(({ tag }) => tag === current)
  const rows = [...shown, ...rest].map(({ tag, verdict, reason: why }) => ({
    cells: [mark(tag, selected?.tag ?? null, current), tag, verdict, why],
    style: tag === selected?.tag ? ('good' as const) : tag === current ? ('strong' as const) : ('plain' as const),
  }))
  return [
    { text: `policy    ${policy}`, style: 'plain' },
    { text: `current   ${current ?? '-'}`, style: 'plain' },
    {
      text: `selected  ${selected === null ? `nothing: ${reason}` : `${selected.tag}, since ${reason}`}`,
      style: selected === null ? 'bad' : 'good',
    },
    ...(rows.length === 0 ? [] : [{ text: '', style: 'plain' as const }]),
    ...styledTable(['', 'TAG', 'VERDICT', 'WHY'], rows, columns),
    ...(hidden.length > rest.length
      ? [
          {
            text: `   and ${count(hidden.length - rest.length, 'more tag')}; --all shows them`,
            style: 'faint' as const,
          },
        ]
      : []),
    { text: '', style: 'plain' },
    { text: tally(candidates.length, dropped), style: 'faint' },
  ]
}

/** Several policies on the same tags, a column for each. */
export function comparisonTable(
  explanations: readonly Explanation[],
  { current, columns, all }: Shown,
): readonly Line[] {
  const head = explanations.map(({ policy, selected, reason }, at): Line => {
    const letter = letterOf(at)
    return {
      text: `${letter}  ${policy}\n   ${selected === null ? `nothing: ${reason}` : `selected ${selected.tag}, since ${reason}`}`,
      style: selected === null ? 'bad' : 'good',
    }
  })
  const tags = [...new Set(ranks(explanations).flat())]
  const shown = all ? tags : tags.slice(0, rowsMax)
  const byTag = explanations.map(({ candidates }) => new Map(candidates.map((each) => [each.tag, each.verdict])))
  const rows = shown.map((tag) => ({
    cells: [tag === current ? '=' : '', tag, ...byTag.map((verdict) => verdict.get(tag) ?? '-')],
    style: byTag.some((verdict) => verdict.get(tag) === 'selected') ? ('good' as const) : ('plain' as const),
  }))
  return [
    ...head,
    { text: '', style: 'plain' },
    ...styledTable(['', 'TAG', ...explanations.map((_, at) => letterOf(at))], rows, columns),
    ...(shown.length < tags.length
      ? [{ text: `   and ${count(tags.length - shown.length, 'more tag')}; --all shows them`, style: 'faint' as const }]
      : []),
  ]
}

const letterOf = (at: number): string => String.fromCharCode(65 + (at % 26))

/** Tags by their place in any of the lists, so that the best of each policy come first. */
function ranks(explanations: readonly Explanation[]): readonly (readonly string[])[] {
  const length = Math.max(...explanations.map(({ candidates }) => candidates.length))
  return Array.from({ length }, (_, at) => explanations.flatMap(({ candidates }) => candidates[at]?.tag ?? []))
}

const mark = (tag: string, selected: string | null, current: string | null): string =>
  `${tag === selected ? '>' : ''}${tag === current ? '=' : ''}`

function tally(total: number, dropped: Explanation['dropped']): string {
  const parts = dropped.map(({ stage, count: many }) => `${stage} dropped ${many}`)
  return `${count(total, 'tag')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}    > selected, = current`
}

/** A table whose rows are painted whole, also those that take several lines. */
function styledTable(
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
