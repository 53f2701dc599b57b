import type { ImageReference } from '../image/reference.ts'
import type { Secret } from '../lib/secret.ts'

/** What a sender posted, as it came in. */
export interface EventRequest {
  /** By name in lower case, each with every value that was sent, in order. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  /** The raw bytes. */
  readonly body: Uint8Array
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
}

/** News about one image. A hint to look, never more: what is rolled out is what the registry says. */
export interface ImageEvent {
  /** Tells it from all others of its source, and is the same when it is sent again. */
  readonly id: string
  readonly kind: 'pushed' | 'deleted'
  /** At the registry of the source. Without a tag when the news is about the whole repository. */
  readonly image: ImageReference
}

/** One kind of sender. Both methods are total: whatever comes in, they answer. */
export interface EventSource {
  /** Whether the request comes from somebody who knows the secret. Runs before anything of the body is read. */
  verify(request: EventRequest, secret: Secret): boolean

  /**
   * What a verified request says.
   * @returns empty when nothing in it concerns an image; null when it cannot be read
   */
  parse(request: EventRequest): readonly ImageEvent[] | null
}

/** What an event source is made with. */
export interface EventSourceOptions {
  /** Host as in canonical references. No host that an event names takes its place. */
  readonly registry: string
}
