import { createPublicKey, type KeyObject } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'
import type { FetchFixed } from '../event-source.ts'

/** Gives one of Google's keys; null when there is none of that id. @throws EVENT_UNVERIFIABLE */
export type GoogleKeys = (id: string, now: number) => Promise<KeyObject | null>

/** @see https://accounts.google.com/.well-known/openid-configuration, `jwks_uri` */
const address = new URL('https://www.googleapis.com/oauth2/v3/certs')
const bytesMax = 64 * 1024
const keysMax = 20

const hourMs = 3_600_000
const ageMaxMs = 24 * hourMs

/** Least pause between two questions: an id that nobody knows must not make us ask each time. */
const pauseMs = 60_000

interface Known {
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly askedAt: number
  readonly maxAgeMs: number
}

/** Keeps the keys for as long as Google says, at most a day, and asks again when one is named that is not among them. */
export function createGoogleKeys(fetch: FetchFixed): GoogleKeys {
  let known: Known | null = null
  let asking: Promise<Known> | null = null

  const ask = async (now: number): Promise<Known> => {
    const { body, maxAgeMs } = await fetch(address, bytesMax)
    known = { keys: readKeys(body), askedAt: now, maxAgeMs: Math.min(maxAgeMs || hourMs, ageMaxMs) }
    return known
  }

  return async (id, now) => {
    // A clock that was set back makes nothing fresh.
    const ageMs = known === null ? Infinity : Math.abs(now - known.askedAt)
    const isFresh = known !== null && ageMs < Math.max(known.maxAgeMs, pauseMs)
    const isEnough = isFresh && (known?.keys.has(id) === true || ageMs < pauseMs)
    if (!isEnough) asking ??= ask(now).finally(() => (asking = null))
    const { keys } = (isEnough ? known : await asking) ?? { keys: new Map<string, KeyObject>() }
    return keys.get(id) ?? null
  }
}

/** @see RFC 7517 */
function readKeys(body: Uint8Array): ReadonlyMap<string, KeyObject> {
  const list = fieldOf(readJsonText(body), 'keys')
  if (!Array.isArray(list)) throw new AppError('EVENT_UNVERIFIABLE', `what ${address.host} sent are no keys`)
  return new Map(list.slice(0, keysMax).flatMap((each: unknown) => readKey(each)))
}

function readKey(jwk: unknown): readonly (readonly [string, KeyObject])[] {
  const [id, n, e] = [textOf(jwk, 'kid'), textOf(jwk, 'n'), textOf(jwk, 'e')]
  if (textOf(jwk, 'kty') !== 'RSA' || id === null || n === null || e === null) return []
  try {
    return [[id, createPublicKey({ key: { kty: 'RSA', n, e }, format: 'jwk' })]]
  } catch {
    return []
  }
}
