import type { ImageReference } from '../image/reference.ts'
import type { Secret } from '../lib/secret.ts'

/** What comes before the body. */
export interface RequestHead {
  /** By name in lower case, each with every value that was sent, in order. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  /** What follows the name of the source in the path; null when nothing does. May be a secret: never to be shown. */
  readonly pathSecret: string | null
}

/** What a sender posted, as it came in. */
export interface EventRequest extends RequestHead {
  /** The raw bytes. */
  readonly body: Uint8Array
  /** Milliseconds since the epoch. */
  readonly receivedAt: number
}

/** News about one image. A hint to look, never more: what is rolled out is what the registry says. */
export interface ImageEvent {
  /** Tells it from all others of its source, and is the same when it is sent again. */
  readonly id: string
  /**
   * Set where the sender gives no id, so that a later push may come in the same bytes: the same id is the same event while
   * the first is looked after, and news once that is over.
   */
  readonly idRecurs?: true
  readonly kind: 'pushed' | 'deleted'
  /** At the registry of the source. Without a tag when the news is about the whole repository. */
  readonly image: ImageReference
  /** When it happened by its sender's clock, in milliseconds since the epoch; left out where that was not said. For people only. */
  readonly occurredAt?: number
}

/** What a handshake is answered with, as JSON and with status 200: some senders take no other for a yes. */
export type Greeting = Readonly<Record<string, string>>

/** One kind of sender. Whatever comes in, all of this answers. */
export interface EventSource {
  /**
   * Whether the request comes from somebody who knows the secret. Runs before anything of the body is read. A promise
   * only of a sender that proves more beside it, once the secret fits: how long a refusal takes tells nothing, and no
   * stranger makes us ask anybody for keys.
   *
   * @throws EVENT_UNVERIFIABLE when the sender's keys cannot be had now
   */
  verify(request: EventRequest, secret: Secret): boolean | Promise<boolean>

  /**
   * Whether the head alone shows somebody who knows the secret: then the body comes in where no stranger can push it
   * out. `verify` still decides. Left out by senders that prove it by the body.
   */
  readonly showsSecret?: (head: RequestHead, secret: Secret) => boolean

  /**
   * What a verified request says.
   * @returns empty when nothing in it concerns an image; null when it cannot be read
   */
  parse(request: EventRequest): readonly ImageEvent[] | null

  /**
   * Goes through the handshake that a verified request asks for, of senders that have one.
   * @returns null when it asks for none
   * @throws EVENT_UNVERIFIABLE when it fails and should be asked for again
   */
  greet?(request: EventRequest): Promise<Greeting | null>

  /** Names of the systems that ask by OPTIONS, before they send anything, whether they may. */
  readonly origins?: readonly string[]
}

/** What an event source is made with. */
export interface EventSourceOptions {
  /** Host as in canonical references. No host that an event names takes its place. */
  readonly registry: string
}

/** What was fetched, as a whole. */
export interface Fetched {
  readonly body: Uint8Array
  /** How long its sender lets it be kept, in milliseconds; 0 when it does not say. */
  readonly maxAgeMs: number
}

/**
 * Fetches from an https address whose host is fixed in the code of a source: GET, without redirects and credentials, at
 * public addresses only, within seconds, up to `bytesMax`.
 *
 * @throws EVENT_UNVERIFIABLE when there is no answer of status 200
 */
export type FetchFixed = (url: URL, bytesMax: number) => Promise<Fetched>

/** A message of a queue that we read. */
export interface QueuedMessage {
  /** As it came. */
  readonly body: string
  /** What it says; empty when nothing in it concerns an image, null when it cannot be read. */
  readonly events: readonly ImageEvent[] | null
  /** Whether it is given to us for the first time, as far as the queue knows. */
  readonly isFirst: boolean
}

/** A sender that does not call us, but fills a queue that we read. */
export interface EventQueue {
  /**
   * Waits for messages, for some seconds. Each is kept from others for a while, and comes again unless it is removed.
   * @throws EVENT_QUEUE_FORBIDDEN, EVENT_QUEUE_NOT_FOUND, EVENT_QUEUE_UNAVAILABLE, ABORTED
   */
  receive(signal: AbortSignal): Promise<readonly QueuedMessage[]>
  /** Removes what `receive` gave. @throws as it */
  remove(messages: readonly QueuedMessage[], signal: AbortSignal): Promise<void>
  /** How many messages wait, and whether what nobody can read is put aside in the end. @throws as `receive` */
  look(signal: AbortSignal): Promise<{ readonly waiting: number; readonly hasRedrive: boolean }>
  close(): void
}
