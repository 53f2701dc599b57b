import { parseReference } from '../../../image/reference.ts'
import { quote } from '../../../image/quote.ts'
import { chooseParts, type Choice } from './choose-part.ts'
import { encodeScalar } from './encode-scalar.ts'
import type { FoundImage, ImpossibleImage, LiteralImage, VariableImage } from './found-image.ts'
import { hashOf } from './hash.ts'
import { obstacleOf } from './obstacle.ts'
import { readProject } from './read-project.ts'
import { sharedUse } from './shared-use.ts'
import { sideEffect } from './side-effect.ts'
import { lineAt, type Place } from './place.ts'
import type { Branch } from './tree.ts'

/** New bytes for one file, ready to be written if it still has the bytes from before. */
export interface PlannedEdit {
  readonly kind: 'edit'
  readonly path: string
  /** Line that changes, counted from one. */
  readonly line: number
  /** SHA-256 in hexadecimal of the whole file as it was read. */
  readonly beforeHash: string
  readonly afterHash: string
  readonly newBytes: Uint8Array
}

export type EditPlan = PlannedEdit | { readonly kind: 'unchanged' } | ImpossibleImage

type Written = LiteralImage | VariableImage
type Attempt = PlannedEdit | { readonly problem: string }

/**
 * Plans the change of one stretch of one file after which the service's image reads `wanted` and nothing else in the
 * project reads otherwise than before: the new text is read again as a whole and compared.
 *
 * @throws REFERENCE_INVALID when `wanted` is no image reference: nothing else may get into a person's file
 */
export function planEdit(found: FoundImage, wanted: string): EditPlan {
  parseReference(wanted)
  if (found.value === wanted) return { kind: 'unchanged' }
  if (found.kind === 'impossible') return found
  const { root } = readProject(found.source.project, found.source.contents)
  const attempts = chooseParts(found.parts, wanted).map(
    (choice): Attempt => refusal(found, choice, root) ?? attempt(found, choice, wanted),
  )
  const planned = attempts.find((tried) => 'kind' in tried)
  if (planned !== undefined) return planned

  const problem = attempts.flatMap((tried) => ('problem' in tried ? [tried.problem] : []))[0]
  const { file, line, value, source } = found
  const subject = `${file}:${line}: the image of ${quote(source.service)}`
  const sentence =
    problem ?? `cannot become ${quote(wanted)} by changing one of its variables; write it here as plain text`
  return { kind: 'impossible', file, line, sentence: `${subject} ${sentence}`, value }
}

function refusal({ source, leaf }: Written, { part }: Choice, root: Branch | undefined) {
  const problem = obstacleOf([part]) ?? (root === undefined ? null : sharedUse(root, source, leaf, [part]))
  return problem === null ? null : { problem }
}

function attempt(found: Written, { part, value }: Choice, wanted: string): Attempt {
  if (part.kind === 'variable' && part.decider.kind === 'line') {
    return checked(found, part.decider.place, value, wanted)
  }
  const { leaf } = found
  const raw = String(leaf.value)
  const { start, end } = part.kind === 'variable' && part.decider.kind === 'operand' ? part.decider : part
  const source = textOf(found, leaf.place.path).slice(leaf.place.start, leaf.place.end)
  const encoded = encodeScalar(source, leaf.style, raw, raw.slice(0, start) + value + raw.slice(end))
  if (encoded === null) return { problem: 'is spread over several lines; write it on one' }
  return checked(found, leaf.place, encoded, wanted)
}

/** Reads the project with the new text and refuses when anything but the image reads otherwise. */
function checked(found: Written, { path, start, end }: Place, replacement: string, wanted: string): Attempt {
  const before = textOf(found, path)
  const after = before.slice(0, start) + replacement + before.slice(end)
  const problem = sideEffect(found.source, path, after, wanted)
  if (problem !== null) return { problem }
  const newBytes = Buffer.from(after, 'utf8')
  const line = lineAt(before, start)
  const beforeHash = hashOf(Buffer.from(before, 'utf8'))
  return { kind: 'edit', path, line, beforeHash, afterHash: hashOf(newBytes), newBytes }
}

function textOf({ source }: Written, path: string): string {
  const content = source.contents.get(path)
  return content !== undefined && content !== null && 'text' in content ? content.text : ''
}
