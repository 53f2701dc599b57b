/** A registry whose host nobody has said so far. */
export interface GuessedHost {
  readonly host: string
  /** Address of the instance that it belongs to. */
  readonly instance: string
  /** Why its host is not known. */
  readonly reason: string
}
