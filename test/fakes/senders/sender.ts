import { createHmac } from 'node:crypto'
import type { EventRequest, EventSource, FetchFixed } from '../../../src/events/event-source.ts'
import type { eventSources } from '../../../src/events/index.ts'
import { nowMs } from '../event-requests.ts'

/** An image in a registry's own words. */
export interface Named {
  readonly repository: string
  readonly tag: string
  readonly digest: string
}

/** What a request carries beside its body. */
export type Proof = Pick<EventRequest, 'headers' | 'pathSecret'>

/** One way in which a sender proves to know the secret. */
export interface Way {
  readonly name: string
  /** What it puts around a body; as it is when left out. */
  wrap?(body: Uint8Array): Uint8Array
  prove(body: Uint8Array, secret: string): Proof
  /** The headers without which it proves nothing. */
  readonly headers: readonly string[]
}

/** A sender of one kind, as the kit has it send. */
export interface Sender {
  readonly kind: keyof typeof eventSources
  readonly registry: string
  open(fetch: FetchFixed): EventSource
  /** The first is the usual one. */
  readonly ways: readonly [Way, ...Way[]]
  /** A push by tag. `nonce` makes it another event of the same image. */
  push(image: Named, nonce?: number): unknown
  /** Headers that belong to it; none when left out. */
  pushHeaders?(nonce?: number): EventRequest['headers']
  /** Whether it tells the digest of what was pushed. */
  readonly tellsDigest: boolean
  /** Whether the same event can be told from the next one. */
  readonly hasIds: boolean
  /** Set where the next one may come in the same bytes. */
  readonly idRecurs?: true
  /** What says nothing of an image that could be looked up, by a name. */
  readonly quiet: Readonly<Record<string, unknown>>
  readonly quietHeaders?: Readonly<Record<string, EventRequest['headers']>>
  /** A tag that was deleted; null where the sender does not tell. */
  readonly gone: ((image: Named) => unknown) | null
  /** Addresses that it may ask for; nothing else ever. */
  readonly asks: readonly RegExp[]
}

/** A secret that every kind accepts. */
export const word = 'f3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** Another. */
export const otherWord = '0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0a1b2c3d4e5f6071'

export const digest = `sha256:${'a'.repeat(64)}`
export const shopWeb: Named = { repository: 'shop/web', tag: '1.2.3', digest }

export const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))

/** A whole request by one of a sender's ways. */
export function requestBy(
  way: Way,
  body: unknown,
  secret: string = word,
  headers: EventRequest['headers'] = {},
): EventRequest {
  const bytes = way.wrap?.(bytesOf(body)) ?? bytesOf(body)
  const proof = way.prove(bytes, secret)
  return { ...proof, headers: { ...headers, ...proof.headers }, body: bytes, receivedAt: nowMs }
}

export const hmacHex = (secret: string, ...parts: readonly (string | Uint8Array)[]): string =>
  hmac(secret, parts).toString('hex')

export function hmac(secret: string | Uint8Array, parts: readonly (string | Uint8Array)[]): Buffer {
  const made = createHmac('sha256', secret)
  for (const part of parts) made.update(part)
  return made.digest()
}

const byHeader = (name: string, header: string, value: (body: Uint8Array, secret: string) => string): Way => ({
  name,
  headers: [header],
  prove: (body, secret) => ({ headers: { [header]: [value(body, secret)] }, pathSecret: null }),
})

/** A header whose value is made of the body and the secret. */
export const inHeader = byHeader

/** `Authorization` in all its forms. */
export const authorized: readonly [Way, ...Way[]] = [
  byHeader('the bare value', 'authorization', (_, secret) => secret),
  byHeader('bearer', 'authorization', (_, secret) => `Bearer ${secret}`),
  byHeader('basic', 'authorization', (_, secret) => `Basic ${Buffer.from(`sending:${secret}`).toString('base64')}`),
]

/** The secret in the address. */
export const inPath: Way = {
  name: 'the address',
  headers: [],
  prove: (_, secret) => ({ headers: {}, pathSecret: secret }),
}
