import { isSameSecret } from '../../lib/same-secret.ts'
import type { Secret } from '../../lib/secret.ts'
import type { RequestHead } from '../event-source.ts'

/** The value of a header that stands there once, else empty: of two, others on the way may have believed the other. */
export function onlyHeader({ headers }: Pick<RequestHead, 'headers'>, name: string): string {
  const [value, ...more] = headers[name] ?? []
  return value === undefined || more.length > 0 ? '' : value
}

/** Whether a header of its own holds the secret. */
export function isInHeader(head: RequestHead, name: string, secret: Secret): boolean {
  return isSameSecret(onlyHeader(head, name), secret.reveal())
}
