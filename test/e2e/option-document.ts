import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'prettier'

const file = join(import.meta.dirname, '../../docs/option-table.md')

/** The parts of the document, each made by one test file. */
export type DocumentPart = 'options' | 'compose' | 'services'

/** What a run found out about one thing: a row's cells, the thing first. */
export type Row = readonly string[]

/** In a cell of which a run found nothing, because its test failed or was left out. */
export const unknownCell = 'not looked at'

/** A table in Markdown. */
export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/**
 * A part of the document as it is and as a run found it, to be compared.
 * With `LONGSHORE_WRITE_OPTION_TABLE=1` the run is written down first (`npm run docs:options`).
 */
export async function compareDocument(part: DocumentPart, found: string): Promise<{ is: string; shouldBe: string }> {
  // Half a run is not worth writing down.
  if (found.includes(unknownCell)) throw new Error('this run did not find out about everything in the table')
  const { parser, printWidth } = { parser: 'markdown', printWidth: 110 }
  const shouldBe = `\n\n${(await format(found, { parser, printWidth })).trim()}\n\n`
  const [start, end] = [`<!-- ${part}: begin -->`, `<!-- ${part}: end -->`]
  const read = () => {
    const text = readFileSync(file, 'utf8')
    const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)]
    if (from < start.length || to < from) throw new Error(`docs/option-table.md has no part ${part}`)
    return { before: text.slice(0, from), is: text.slice(from, to), after: text.slice(to) }
  }
  const { before, is, after } = read()
  if (process.env['LONGSHORE_WRITE_OPTION_TABLE'] !== '1') return { is, shouldBe }
  writeFileSync(file, `${before}${shouldBe}${after}`)
  return { is: read().is, shouldBe }
}
