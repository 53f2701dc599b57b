import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What a place in the code takes a vendor to do, without anybody having seen it. */
export interface Assumption {
  readonly vendor: string
  readonly sentence: string
  /** From the root, with slashes. */
  readonly path: string
}

const root = join(import.meta.dirname, '..')
/** A comment's own marks, at the beginning of a line. */
const marks = /^\s*(?:\/\*\*|\/\/|\*\/?)?\s?/
const opening = /^\s*(?:\/\*\*?|\/\/|\*)\s*Assumed of ([\w .]+): (.*)$/

/** All of them: comments of the form `Assumed of VENDOR: what`, to the end of their paragraph; by vendor, then by place. */
export async function readAssumptions(): Promise<readonly Assumption[]> {
  const files = await readdir(join(root, 'src'), { recursive: true })
  const sources = files.filter((each) => each.endsWith('.ts') && !each.endsWith('.test.ts')).toSorted()
  const found = await Promise.all(
    sources.map(async (file) => {
      const path = relative(root, join(root, 'src', file)).replaceAll('\\', '/')
      return assumptionsIn(await readFile(join(root, path), 'utf8'), path)
    }),
  )
  return found.flat().toSorted((one, other) => (one.vendor < other.vendor ? -1 : one.vendor > other.vendor ? 1 : 0))
}

/** Those of one file, in its order. */
export function assumptionsIn(text: string, path: string): readonly Assumption[] {
  const lines = text.split('\n')
  return lines.flatMap((line, at) => {
    const [, vendor, first] = opening.exec(line) ?? []
    if (vendor === undefined || first === undefined) return []
    const words = [first]
    for (const next of first.includes('*/') ? [] : lines.slice(at + 1)) {
      if (!/^\s*(?:\*|\/\/)/.test(next)) break
      const more = next.replace(marks, '').trim()
      if (more === '' || more.startsWith('@') || more.startsWith('Assumed of ')) break
      words.push(more)
      if (next.includes('*/')) break
    }
    const sentence = words
      .join(' ')
      .replace(/\s*\*\/.*$/, '')
      .trim()
    return [{ vendor, sentence, path }]
  })
}

/** The page that lists them. */
export async function assumptionsPage(): Promise<string> {
  const rows = (await readAssumptions()).map(
    ({ vendor, sentence, path }) =>
      `| ${vendor} | ${sentence.replaceAll('|', String.raw`\|`)} | [${path}](../../${path}) |`,
  )
  return `# What is assumed of registries

None of these vendors could be asked where Longshore was made. What their documentation does not say, or what could not be tried,
is assumed, and said so at the place in the code that relies on it: a comment that begins with \`Assumed of\`. This page lists
them. An opt-in test asks the real service where \`LONGSHORE_TEST_<KIND>\` names an image of it; what of this turns out to be
wrong there is wrong at the place that is named.

| vendor | what | where |
|---|---|---|
${rows.join('\n')}
`
}
