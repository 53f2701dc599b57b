import { verify, type KeyObject } from 'node:crypto'
import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'

/** A token as it was sent. Nothing of it is true before its signature is checked. */
export interface IdToken {
  readonly keyId: string
  readonly claims: unknown
  /** What the signature is over. */
  readonly signed: string
  readonly signature: Uint8Array
}

/** Whom a token has to be for and from. */
export interface Expected {
  readonly audience: string
  readonly email: string
}

const lengthMax = 8 * 1024
const skewMs = 60_000

/** Google's live for an hour. */
const lifeMaxMs = 2 * 3_600_000

const issuers: ReadonlySet<unknown> = new Set(['https://accounts.google.com', 'accounts.google.com'])

/** @returns null when it is none that Google would sign. @see RFC 7519, and RFC 8725 3.1: the algorithm is ours to say */
export function readIdToken(text: string): IdToken | null {
  if (text.length > lengthMax || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) return null
  const [head = '', body = '', signature = ''] = text.split('.')
  const header = decode(head)
  const keyId = textOf(header, 'kid')
  // What is marked as critical has to be understood, and nothing of it is.
  if (textOf(header, 'alg') !== 'RS256' || keyId === null || fieldOf(header, 'crit') !== undefined) return null
  return { keyId, claims: decode(body), signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') }
}

const decode = (part: string): unknown => readJsonText(Buffer.from(part, 'base64url'))

/** Whether a token says that it is for us, from the expected account, and of now. */
export function claimsFit({ claims }: IdToken, { audience, email }: Expected, now: number): boolean {
  const [issuedAt, endsAt] = [timeOf(claims, 'iat'), timeOf(claims, 'exp')]
  const isOfNow = issuedAt - skewMs <= now && now <= endsAt + skewMs && endsAt - issuedAt <= lifeMaxMs
  return (
    isOfNow &&
    issuers.has(fieldOf(claims, 'iss')) &&
    fieldOf(claims, 'aud') === audience &&
    fieldOf(claims, 'email') === email &&
    // Without this anybody may have written the e-mail.
    fieldOf(claims, 'email_verified') === true
  )
}

/** In milliseconds; no number that fits anything when it is none. */
function timeOf(claims: unknown, key: string): number {
  const seconds = fieldOf(claims, key)
  return typeof seconds === 'number' ? seconds * 1000 : NaN
}

/** Whether Google signed it. @throws EVENT_UNVERIFIABLE */
export async function isSignedToken(
  { keyId, signed, signature }: IdToken,
  keyOf: (id: string) => Promise<KeyObject | null>,
): Promise<boolean> {
  const key = await keyOf(keyId)
  return key !== null && verify('RSA-SHA256', Buffer.from(signed), key, signature)
}
