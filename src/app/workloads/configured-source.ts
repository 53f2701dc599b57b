import type { EventSource } from '../../events/event-source.ts'
import type { Secret } from '../../lib/secret.ts'

/** A sender of events that the configuration names. */
export interface ConfiguredSource {
  readonly name: string
  readonly source: EventSource
  /** One, or two while it is being changed. */
  readonly secrets: readonly [Secret, ...Secret[]]
}
