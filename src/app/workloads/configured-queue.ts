import type { EventQueue } from '../../events/event-source.ts'

/** A queue of events that the configuration names. */
export interface ConfiguredQueue {
  readonly name: string
  readonly queue: EventQueue
}
