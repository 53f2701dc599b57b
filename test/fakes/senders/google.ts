import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { nowMs } from '../event-requests.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

export const audience = 'longshore'
export const email = 'events@shop.iam.gserviceaccount.com'
export const keysUrl = 'https://www.googleapis.com/oauth2/v3/certs'

/** What lies at Google's address for keys. */
export const googleKeys = () =>
  Buffer.from(
    JSON.stringify({
      keys: [
        { kty: 'EC', kid: 'of another kind' },
        { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' },
      ],
    }),
  )

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token as Google signs one, with other claims and another head where a test says so. */
export function idToken(
  claims: Readonly<Record<string, unknown>> = {},
  head: Readonly<Record<string, unknown>> = {},
  key: KeyObject = privateKey,
): string {
  const seconds = Math.floor(nowMs / 1000)
  const signed = `${encode({ alg: 'RS256', kid: 'one', typ: 'JWT', ...head })}.${encode({
    aud: audience,
    azp: '113774264463038321964',
    email,
    email_verified: true,
    iss: 'https://accounts.google.com',
    iat: seconds - 10,
    exp: seconds + 3590,
    sub: '113774264463038321964',
    ...claims,
  })}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`
}

/** A key that is not Google's. */
export const strangersKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
