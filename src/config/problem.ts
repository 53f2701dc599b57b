import { quote } from '../image/quote.ts'

/** One thing that is wrong, where it stands. */
export interface Problem {
  /** Counted from 1; null when it stands in no file. */
  readonly line: number | null
  /** Key path such as `workloads[0].mode`, name of a variable, or empty for the file as a whole. */
  readonly where: string
  /** What is wrong. Never repeats a value: it may be a secret. */
  readonly sentence: string
}

/** Keys and list positions, from the top of the document. */
export type Path = readonly (string | number)[]

/** `workloads[0].match["odd key"]` */
export function formatPath(path: Path): string {
  return path.map((part, index) => formatPart(part, index === 0)).join('')
}

function formatPart(part: string | number, isFirst: boolean): string {
  if (typeof part === 'number') return `[${part}]`
  if (!/^[\w-]{1,100}$/.test(part)) return `[${quote(part)}]`
  return isFirst ? part : `.${part}`
}

/** Lines that are written at most; the rest is counted. */
const shownMax = 100

/** All problems, one per line, in the order of the file: `longshore.yml:12: workloads[0].mode: …`. */
export function formatProblems(file: string | null, problems: readonly Problem[]): string {
  const sorted = problems.toSorted((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0)
  const lines = [...new Set(sorted.map((problem) => formatProblem(file, problem)))]
  const restCount = lines.length - shownMax
  return (restCount > 0 ? [...lines.slice(0, shownMax), `and ${restCount} more`] : lines).join('\n')
}

function formatProblem(file: string | null, { line, where, sentence }: Problem): string {
  const isInFile = file !== null && (line !== null || where === '')
  const place = isInFile ? [file, ...(line === null ? [] : [line])].join(':') : ''
  return [place, where, sentence].filter((part) => part !== '').join(': ')
}
