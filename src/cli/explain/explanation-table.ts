import type { Explanation } from '../../app/selection/explain-tags.ts'
import type { Line } from '../doors.ts'
import { count } from '../present.ts'
import { paragraph, rowsMax, styledTable, type Shown } from './styled-lines.ts'

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
    ...paragraph('policy    ', policy, columns),
    ...paragraph('current   ', current ?? '-', columns),
    ...paragraph('selected  ', selected?.tag ?? 'nothing', columns, selected === null ? 'bad' : 'good'),
    ...paragraph('because   ', reason, columns),
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
    ...paragraph('', tally(candidates.length, dropped), columns, 'faint'),
    ...(rows.length === 0 ? [] : [legend]),
  ]
}

/** What the marks in front of tags mean. */
export const legend: Line = { text: '> selected, = current', style: 'faint' }

/** What stands in front of a tag. */
export const mark = (tag: string, selected: string | null, current: string | null): string =>
  `${tag === selected ? '>' : ''}${tag === current ? '=' : ''}`

/** How many tags there were, and how many each stage dropped. */
export function tally(total: number, dropped: Explanation['dropped']): string {
  const parts = dropped.map(({ stage, count: many }) => `${stage} dropped ${many}`)
  return `${count(total, 'tag')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}
