/** Ceilings of every exchange with a registry; tests lower them. */
export interface Limits {
  readonly connectMs: number
  /** From the request sent to the headers of the answer complete. */
  readonly firstByteMs: number
  /** A request with its redirects and bodies. */
  readonly totalMs: number
  /** In each stretch of `paceMs`, a body that is not at its end brings at least `paceBytes`. */
  readonly paceMs: number
  readonly paceBytes: number
  readonly headerBytes: number
  /** The specification asks for at least 4 MiB; Distribution and Harbor store no larger ones. */
  readonly manifestBytes: number
  readonly configBytes: number
  readonly tokenBytes: number
  /** All pages together, as they come in; none of it is held. */
  readonly tagListBytes: number
  /** What is held of a list while it is read: the names, and what a vendor tells of each. */
  readonly tagNamesBytes: number
  readonly tagPages: number
  /** All pages together; no further one is asked for after this. */
  readonly tagListMs: number
  /** A list of so many is refused. */
  readonly tags: number
  readonly redirects: number
  /** Requests under way to one host. */
  readonly concurrency: number
  readonly tries: number
  /** No further try starts after this. */
  readonly retryWithinMs: number
  readonly tokens: number
}

const kib = 1024
const mib = 1024 * kib

/** What production uses. */
export const defaultLimits: Limits = {
  connectMs: 10_000,
  firstByteMs: 30_000,
  totalMs: 120_000,
  paceMs: 15_000,
  paceBytes: 8 * kib,
  headerBytes: 64 * kib,
  manifestBytes: 8 * mib,
  configBytes: 8 * mib,
  tokenBytes: 64 * kib,
  tagListBytes: 64 * mib,
  tagNamesBytes: 16 * mib,
  tagPages: 1000,
  tagListMs: 15 * 60_000,
  tags: 1_000_000,
  redirects: 5,
  concurrency: 16,
  tries: 3,
  retryWithinMs: 10_000,
  tokens: 10_000,
}
