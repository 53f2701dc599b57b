import type { Definition, LineDefinition, Scope } from './scope.ts'
import { parseTemplate, type VariableSegment } from './template.ts'

/** What gave a variable its value at one place. */
export type Decider =
  | Definition
  /** The text after `:-` or `:+` in the scalar itself. */
  | { readonly kind: 'operand'; readonly start: number; readonly end: number; readonly hasVariables: boolean }
  | { readonly kind: 'nowhere' }

export interface TextPart {
  readonly kind: 'text'
  readonly start: number
  readonly end: number
  readonly value: string
}

export interface VariablePart {
  readonly kind: 'variable'
  readonly start: number
  readonly end: number
  readonly value: string
  readonly name: string
  readonly decider: Decider
}

/** A piece of a scalar and what it stands for; joined, the values are what the scalar stands for. */
export type Part = TextPart | VariablePart

export interface Resolved {
  readonly value: string
  readonly parts: readonly Part[]
  /** Lines of env files that the value hangs on, also through other lines. */
  readonly uses: readonly LineDefinition[]
}

interface Given {
  readonly value: string
  readonly decider: Decider
  readonly uses: readonly LineDefinition[]
}

/** Nested `${A:-${B:-…}}` deeper than any person writes. */
const depthMax = 10

/** Puts the variables into a text; a problem is a sentence without its subject. */
export function resolveTemplate(text: string, scope: Scope, depth = 0): Resolved | { readonly problem: string } {
  const segments = depth > depthMax ? null : parseTemplate(text)
  if (segments === null) return { problem: 'has a "$" that begins no whole variable; write "$$" for a dollar sign' }
  const parts: Part[] = []
  const uses: LineDefinition[] = []
  for (const segment of segments) {
    if (segment.kind === 'text') {
      parts.push(segment)
      continue
    }
    const given = resolveVariable(text, segment, scope, depth)
    if ('problem' in given) return given
    const { start, end, name } = segment
    parts.push({ kind: 'variable', start, end, name, value: given.value, decider: given.decider })
    uses.push(...given.uses)
  }
  return { value: parts.map((part) => part.value).join(''), parts, uses }
}

function resolveVariable(
  text: string,
  { name, operator, operand }: VariableSegment,
  scope: Scope,
  depth: number,
): Given | { readonly problem: string } {
  const definition = scope(name)
  const own = definition === undefined ? [] : linesBehind(definition)
  const isThere = definition !== undefined && !(operator.startsWith(':') && definition.value === '')
  if (operator.endsWith('?') && !isThere) return { problem: `needs the variable ${name}, which is not set` }
  if (operator.endsWith('+') ? isThere : operator.endsWith('-') && !isThere) {
    const inner = resolveTemplate(text.slice(operand.start, operand.end), scope, depth + 1)
    if ('problem' in inner) return inner
    const hasVariables = inner.parts.some((part) => part.kind === 'variable')
    return {
      value: inner.value,
      decider: { kind: 'operand', ...operand, hasVariables },
      uses: [...own, ...inner.uses],
    }
  }
  if (definition === undefined || operator.endsWith('+')) return { value: '', decider: { kind: 'nowhere' }, uses: own }
  return { value: definition.value, decider: definition, uses: own }
}

function linesBehind(definition: Definition): readonly LineDefinition[] {
  if (definition.kind === 'environment') return []
  return [definition, ...definition.uses]
}
