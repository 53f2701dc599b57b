/** A piece of a text with variables; offsets count UTF-16 units of that text. */
export type Segment = TextSegment | VariableSegment

export interface TextSegment {
  readonly kind: 'text'
  readonly start: number
  readonly end: number
  /** With `$$` read as `$`. */
  readonly value: string
}

export type Operator = '' | '-' | ':-' | '+' | ':+' | '?' | ':?'

export interface VariableSegment {
  readonly kind: 'variable'
  readonly start: number
  readonly end: number
  readonly name: string
  readonly operator: Operator
  /** What follows the operator; empty, at `end`, where there is none. */
  readonly operand: { readonly start: number; readonly end: number }
}

const plainName = /[_a-z]\w*/iy
const braced = /^([_a-z]\w*)(?:(:?[-+?])([\s\S]*))?$/i

/**
 * Splits a text at `$VAR` and `${VAR…}` as Compose does; a `$` before anything else is text.
 *
 * @returns null when a `${` is not closed, or what it holds is no variable
 * @see compose-go template/template.go
 */
export function parseTemplate(text: string): readonly Segment[] | null {
  const segments: Segment[] = []
  const addText = (start: number, end: number, value = text.slice(start, end)): void => {
    if (end > start) segments.push({ kind: 'text', start, end, value })
  }
  let done = 0
  for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', done)) {
    addText(done, at)
    done = at + 2
    const next = text[at + 1]
    if (next === '{') {
      const variable = bracedVariable(text, at)
      if (variable === null) return null
      segments.push(variable)
      done = variable.end
      continue
    }
    plainName.lastIndex = at + 1
    const name = plainName.exec(text)?.[0]
    if (name === undefined) {
      done = next === '$' ? at + 2 : at + 1
      addText(at, done, '$')
      continue
    }
    done = at + 1 + name.length
    segments.push({
      kind: 'variable',
      start: at,
      end: done,
      name,
      operator: '',
      operand: { start: done, end: done },
    })
  }
  addText(done, text.length)
  return segments
}

function bracedVariable(text: string, start: number): VariableSegment | null {
  const close = closingBrace(text, start + 1)
  const [, name, operator = '', operand = ''] = braced.exec(text.slice(start + 2, Math.max(close, start + 2))) ?? []
  if (close < 0 || name === undefined) return null
  return {
    kind: 'variable',
    start,
    end: close + 1,
    name,
    operator: isOperator(operator) ? operator : '',
    operand: { start: close - operand.length, end: close },
  }
}

function closingBrace(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  return -1
}

function isOperator(text: string): text is Operator {
  return /^(?::?[-+?])?$/.test(text)
}
