import type { FileContents } from './reading.ts'
import type { ProjectFiles } from './read-project.ts'
import type { Part } from './resolve-template.ts'
import type { Leaf } from './tree.ts'

/** The project as it was read: what an edit is planned and checked on. */
export interface DefinitionSource {
  readonly project: ProjectFiles
  readonly contents: FileContents
  readonly service: string
}

interface WrittenImage {
  readonly file: string
  /** Line of the scalar, counted from one. */
  readonly line: number
  /** Of the whole scalar with its quotes, in UTF-16 units of the file's text. */
  readonly range: { readonly start: number; readonly end: number }
  /** The image text that it stands for now. */
  readonly value: string
  readonly leaf: Leaf
  readonly parts: readonly Part[]
  readonly source: DefinitionSource
}

/** The scalar that decides a service's image, or why nobody but a person can change it. */
export type FoundImage = LiteralImage | VariableImage | ImpossibleImage

export interface LiteralImage extends WrittenImage {
  readonly kind: 'literal'
}

/** The scalar reads variables; `parts` says where each has its value from. */
export interface VariableImage extends WrittenImage {
  readonly kind: 'variable'
}

export interface ImpossibleImage {
  readonly kind: 'impossible'
  readonly file: string
  readonly line: number
  /** Names file and line, and says what a person should change. */
  readonly sentence: string
  /** What the image resolves to nevertheless; null where that is unknown. */
  readonly value: string | null
}

/** The image text as it resolves now; null where that cannot be told. */
export function writtenImage(found: FoundImage): string | null {
  return found.value
}
