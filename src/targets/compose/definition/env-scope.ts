import { readEnvLines } from './env-lines.ts'
import type { Report } from './problem.ts'
import { resolveTemplate } from './resolve-template.ts'
import type { LineDefinition, Scope } from './scope.ts'
import { lineAt } from './place.ts'

/** A file and its text, a byte order mark included. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string
  readonly text: string
}

/**
 * The variables that env files add to those that are set already: `outer` wins, then the last file, then the last line.
 * A value is written with `outer`, then earlier files, then earlier lines, as in compose-go `GetEnvFromFile`.
 */
export function envFileScope(files: readonly SourceFile[], outer: Scope, report: Report): Scope {
  const all = new Map<string, LineDefinition>()
  for (const { path, text } of files) {
    const lines = readEnvLines(text)
    if ('problem' in lines) {
      report({ path, line: lineAt(text, lines.offset), sentence: `this line ${lines.problem}` })
      continue
    }
    const own = new Map<string, LineDefinition>()
    const scope: Scope = (name) => outer(name) ?? all.get(name) ?? own.get(name)
    for (const { name, start, end, quote, template } of lines) {
      const line = lineAt(text, start)
      const resolved = quote === "'" ? { value: template, parts: [], uses: [] } : resolveTemplate(template, scope)
      if ('problem' in resolved) {
        report({ path, line, sentence: `the value of ${name} ${resolved.problem}` })
        continue
      }
      own.set(name, {
        kind: 'line',
        name,
        value: resolved.value,
        place: { path, start, end },
        line,
        hasVariables: resolved.parts.some((part) => part.kind === 'variable'),
        uses: resolved.uses,
      })
    }
    for (const [name, definition] of own) all.set(name, definition)
  }
  return (name) => outer(name) ?? all.get(name)
}
