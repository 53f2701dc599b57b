/** How we stand with the hosts of registries, for people who watch what we cost them. */
export interface RegistryStanding {
  /** What hosts said last of how often they may be asked. */
  readonly budgets: readonly {
    readonly host: string
    /** User name; empty for strangers. */
    readonly account: string
    readonly limit: number
    readonly remaining: number
    /** Length of the time that `limit` is for; null where the host did not tell. */
    readonly windowMs: number | null
    readonly counts: 'requests' | 'pulls'
    /** Whether so little is left that looking in the background has stopped. */
    readonly isKept: boolean
  }[]
  readonly lanes: readonly { readonly host: string; readonly pausedForMs: number }[]
  /** What is not asked for now, because it would only be refused again. */
  readonly circuits: readonly { readonly registry: string; readonly account: string; readonly kind: string }[]
  /** Registries whose last three answers were damaged. */
  readonly suspicious: readonly string[]
  /** What was sent so far; a null status where no whole answer came. */
  readonly requests: readonly {
    readonly host: string
    readonly method: string
    readonly status: number | null
    readonly count: number
  }[]
}
