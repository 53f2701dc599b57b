import { createHash } from 'node:crypto'
import type { Credential } from '../credentials/credentials.ts'

const fingerprints = new WeakMap<Credential, string>()

/** Tells credentials apart without holding them: another one as soon as the password changed. Empty for strangers. */
export function fingerprint(credential: Credential | null): string {
  if (!credential) return ''
  const known = fingerprints.get(credential)
  if (known !== undefined) return known
  const { username, password } = credential
  const made = createHash('sha256').update(`${username}\n${password.reveal()}`).digest('base64')
  fingerprints.set(credential, made)
  return made
}
