import { isSameSecret } from '../../lib/same-secret.ts'
import type { Secret } from '../../lib/secret.ts'
import type { RequestHead } from '../event-source.ts'
import { onlyHeader } from './header.ts'

/** Whether the `Authorization` header holds the secret: as it is, after `Bearer`, or as the password of `Basic`. */
export function isAuthorized(head: RequestHead, secret: Secret): boolean {
  const known = secret.reveal()
  // No early end: how long it takes must not tell which of them fits.
  return readings(onlyHeader(head, 'authorization')).filter((given) => isSameSecret(given, known)).length > 0
}

/** What the header may mean by its value: itself, or what follows its scheme. */
function readings(value: string): readonly string[] {
  const [, scheme = '', rest = ''] = /^(bearer|basic) +(.*)$/i.exec(value) ?? []
  if (scheme.toLowerCase() === 'bearer') return [value, rest]
  if (scheme.toLowerCase() !== 'basic') return [value]
  const decoded = Buffer.from(rest, 'base64').toString()
  // The secret is the password, whoever the user is said to be, or both with their colon.
  return [value, decoded, decoded.slice(decoded.indexOf(':') + 1)]
}
