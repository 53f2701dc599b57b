/** `name=value` as it stands in an env file; offsets count UTF-16 units of the file's text. */
export interface EnvLine {
  readonly name: string
  /** Of the value, inside its quotes. */
  readonly start: number
  readonly end: number
  readonly quote: '' | '"' | "'"
  /** The value with its escapes read and its variables not. */
  readonly template: string
}

export interface EnvProblem {
  readonly offset: number
  /** A sentence without its subject. */
  readonly problem: string
}

/** What Compose skips within a line; a line break is none of it. */
const blank = /[\t\v\f\r \u0085\u00a0]/
const nameCharacter = /[\p{L}\p{N}_.\-[\]]/u
const escapeSequence = /\\(?:[abcfnrtv$"\\]|0\d{0,3})/g
const escapes: Readonly<Record<string, string>> = {
  '\\a': '\x07',
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '\\v': '\v',
  '\\"': '"',
  '\\\\': '\\',
  '\\$': '$$',
}

/**
 * Reads an env file as Compose does: `export`, `name: value`, both quotes, values over several lines, comments.
 * A name without a value sets nothing.
 *
 * @returns in the order of the file; of several with one name the last counts
 * @see compose-go dotenv/parser.go
 */
export function readEnvLines(text: string): readonly EnvLine[] | EnvProblem {
  const lines: EnvLine[] = []
  let at = text.startsWith('\uFEFF') ? 1 : 0
  for (;;) {
    while (at < text.length && /\s/.test(text.charAt(at))) at += 1
    if (at >= text.length) return lines
    if (text[at] === '#') {
      at = lineEnd(text, at)
      continue
    }
    const name = readName(text, at)
    if ('problem' in name) return name
    at = name.end
    if (!name.hasValue) continue
    const value = readValue(text, skipBlanks(text, at))
    if ('problem' in value) return value
    lines.push({ name: name.name, ...value.line })
    at = value.next
  }
}

function readName(text: string, begin: number): { name: string; end: number; hasValue: boolean } | EnvProblem {
  const start = /^export\s/.test(text.slice(begin, begin + 7)) ? skipBlanks(text, begin + 6) : begin
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '=' || character === ':' || character === '\n') {
      const name = text.slice(start, at).trimEnd()
      if (name.includes(' ')) return { offset: start, problem: 'has a name with a blank in it' }
      return { name, end: at + 1, hasValue: character !== '\n' }
    }
    if (!blank.test(character) && !nameCharacter.test(character)) {
      return { offset: at, problem: 'has a name with something else than letters, digits, "_", "." and "-" in it' }
    }
  }
  return { name: '', end: text.length, hasValue: false }
}

function readValue(text: string, start: number): { line: Omit<EnvLine, 'name'>; next: number } | EnvProblem {
  const quote = text[start]
  if (quote === '"' || quote === "'") return readQuoted(text, start, quote)
  const next = lineEnd(text, start)
  const whole = text.slice(start, next)
  const comment = whole.indexOf(' #')
  const template = (comment < 0 ? whole : whole.slice(0, comment)).trimEnd()
  return { line: { start, end: start + template.length, quote: '', template }, next }
}

function readQuoted(text: string, open: number, quote: '"' | "'"): ReturnType<typeof readValue> {
  let value = ''
  for (let at = open + 1; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === quote) {
      const lines = value.replaceAll('\r\n', '\n')
      const template = quote === '"' ? lines.replace(escapeSequence, readEscape) : lines
      return { line: { start: open + 1, end: at, quote, template }, next: at + 1 }
    }
    const isEscape = character === '\\' && at + 1 < text.length
    if (isEscape) at += 1
    value += isEscape && text[at] !== quote ? character + text.charAt(at) : text.charAt(at)
  }
  return { offset: open, problem: 'has a quote that is not closed' }
}

function readEscape(sequence: string): string {
  if (sequence.startsWith('\\0')) return String.fromCharCode(Number.parseInt(sequence.slice(2) || '0', 8) || 0)
  return escapes[sequence] ?? sequence
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (at < text.length && blank.test(text.charAt(at))) at += 1
  return at
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? text.length : at
}
