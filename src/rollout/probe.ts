/**
 * What a new version without a health check of its own is asked while its gate is open. It comes from the
 * configuration alone: no image and no label ever becomes a command or an address.
 */
export type Probe =
  /** Good when a connection opens. */
  | { readonly kind: 'tcp'; readonly port: number }
  /** Good when a GET is answered by 2xx or 3xx. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  /** Run inside it, without a shell; good when it ends with 0. */
  | { readonly kind: 'exec'; readonly command: readonly string[] }

/** Longest wait for an answer; well below the time between two looks after which nobody counts as having looked. */
export const probeLimitMs = 2000
