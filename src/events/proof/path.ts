import { isSameSecret } from '../../lib/same-secret.ts'
import type { Secret } from '../../lib/secret.ts'
import type { RequestHead } from '../event-source.ts'

/**
 * Whether the address holds the secret: `/hooks/<source>/<secret>`. For senders that can do nothing else. Addresses get
 * into the logs of whatever they pass, which is why the configuration asks for a random secret where this is used.
 */
export function isInPath({ pathSecret }: RequestHead, secret: Secret): boolean {
  return isSameSecret(pathSecret ?? '', secret.reveal())
}
