/** What makes a definition unreadable, and where. */
export interface Problem {
  readonly path: string
  /** Counted from one. */
  readonly line: number
  /** Says what is wrong and, where it can, what to change. */
  readonly sentence: string
  /** Whether it is a file outside of the allowed folders. */
  readonly isRefused?: boolean
}

export type Report = (problem: Problem) => void
