import type { Replacement } from './document.ts'

/** Where `${VAR}` and `${file:…}` come from. */
export interface InterpolationSources {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Contents of a file, or what is wrong with it as a sentence without its subject. */
  readonly readSecretFile: (path: string) => Promise<Replacement>
}

/** `$$`, or a whole `${…}`, or what looks like a mistyped one. Any other `$` is text. */
const piece = /\$\$|\$\{([^}]*)\}|\$(?=[{A-Za-z_])/g
const variable = /^([A-Za-z_]\w*)(?::-([\s\S]*))?$/

/**
 * Replaces `${VAR}`, `${VAR:-default}` (also when VAR is empty) and `${file:/path}` (without the line break at its end);
 * `$$` stands for one `$`. What was put in is not looked at again.
 */
export async function interpolate(sources: InterpolationSources, text: string): Promise<Replacement> {
  let result = ''
  let end = 0
  for (const match of text.matchAll(piece)) {
    const replaced = await replacePiece(sources, match[0], match[1])
    if ('problem' in replaced) return replaced
    result += text.slice(end, match.index) + replaced.text
    end = match.index + match[0].length
  }
  return { text: result + text.slice(end) }
}

/** Names of the variables that a text would read. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(piece)].flatMap(([, inner]) => variable.exec(inner ?? '')?.[1] ?? [])
}

async function replacePiece(
  { env, readSecretFile }: InterpolationSources,
  whole: string,
  inner: string | undefined,
): Promise<Replacement> {
  if (whole === '$$') return { text: '$' }
  if (inner === undefined) return { problem: 'has a "$" without a whole ${VAR}; write "$$" for a dollar sign' }
  if (inner.startsWith('file:')) return readSecretFile(inner.slice('file:'.length))
  const [, name, fallback] = variable.exec(inner) ?? []
  if (name === undefined) return { problem: 'has a ${…} that is none of ${VAR}, ${VAR:-default} and ${file:/path}' }
  const value = Object.hasOwn(env, name) ? env[name] : undefined
  if (fallback !== undefined && (value === undefined || value === '')) return { text: fallback }
  return value === undefined ? { problem: `reads the variable ${name}, which is not set` } : { text: value }
}
