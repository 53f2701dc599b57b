import { createHmac } from 'node:crypto'
import { isSameSecret } from '../../lib/same-secret.ts'
import type { Secret } from '../../lib/secret.ts'

type Key = Secret | Uint8Array

/** Whether a text in hex, of either case, is the HMAC-SHA256 of these parts one after the other. */
export function isHexSignature(given: string, key: Key, ...parts: readonly (string | Uint8Array)[]): boolean {
  return isSameSecret(given.toLowerCase(), sign(key, parts).toString('hex'))
}

/** As `isHexSignature`, in base64 with its padding. */
export function isBase64Signature(given: string, key: Key, ...parts: readonly (string | Uint8Array)[]): boolean {
  return isSameSecret(given, sign(key, parts).toString('base64'))
}

function sign(key: Key, parts: readonly (string | Uint8Array)[]): Buffer {
  const hmac = createHmac('sha256', 'reveal' in key ? key.reveal() : key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}
