/** Who has to do something before the same call can succeed. */
export type Actor = 'user' | 'registry' | 'target' | 'us'

export interface ErrorEntry {
  /** Status that the HTTP API answers with. */
  readonly status: number
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retry: boolean
  readonly actor: Actor
  /** One sentence that says what to do. */
  readonly hint: string
}

/** One row of a table. */
export const entry = (status: number, retry: boolean, actor: Actor, hint: string): ErrorEntry => ({
  status,
  retry,
  actor,
  hint,
})
