import type { Finding } from '../../app/doctor/finding.ts'
import type { Line } from '../doors.ts'
import { wrap } from '../table.ts'

const marks = {
  well: { word: 'ok', style: 'good' },
  doubtful: { word: 'look', style: 'strong' },
  wrong: { word: 'WRONG', style: 'bad' },
} as const

const markWidth = 'WRONG  '.length

/** A line or more for each finding, and below it what to do. @param columns of the terminal; null for as wide as it needs */
export function findingLines(findings: readonly Finding[], columns: number | null): readonly Line[] {
  return [...findings.flatMap((each) => linesOf(each, columns)), { text: '', style: 'plain' }, sum(findings)]
}

function linesOf({ part, name, standing, sentence, remedy }: Finding, columns: number | null): readonly Line[] {
  const { word, style } = marks[standing]
  const subject = name === null ? part : `${part} ${name}`
  const [first = '', ...rest] = broken(`${subject}: ${sentence}.`.replaceAll(/\s*\n\s*/g, ' '), columns)
  const indent = ' '.repeat(markWidth)
  return [
    { text: word.padEnd(markWidth) + first, style: standing === 'well' ? 'plain' : style },
    ...rest.map((text) => ({ text: indent + text, style: standing === 'well' ? 'plain' : style }) as const),
    ...(remedy === null ? [] : broken(remedy, columns)).map(
      (text) => ({ text: indent + text, style: 'plain' }) as const,
    ),
  ]
}

function sum(findings: readonly Finding[]): Line {
  const wrong = findings.filter(({ standing }) => standing === 'wrong').length
  const doubtful = findings.filter(({ standing }) => standing === 'doubtful').length
  if (wrong > 0) return { text: `${wrong} of ${findings.length} findings need something done.`, style: 'bad' }
  if (doubtful > 0)
    return { text: `All works; ${doubtful} of ${findings.length} findings deserve a look.`, style: 'strong' }
  return { text: 'All is well.', style: 'good' }
}

const broken = (text: string, columns: number | null): readonly string[] =>
  columns === null ? [text] : wrap(text, Math.max(20, columns - markWidth))
