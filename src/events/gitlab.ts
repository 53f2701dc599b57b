import type { Secret } from '../lib/secret.ts'
import type { EventRequest, EventSource, EventSourceOptions, RequestHead } from './event-source.ts'
import { readEnvelope } from './format/notification.ts'
import { isAuthorized } from './proof/authorization.ts'
import { isInHeader, onlyHeader } from './proof/header.ts'
import { isBase64Signature } from './proof/hmac.ts'
import { isRecent } from './proof/recent.ts'

/** Each costs a hash over the whole body. */
const signaturesMax = 4

/**
 * Notifications of the registry of a GitLab of one's own, which are those of Distribution, sent with any header that its
 * configuration names. The signed form is what GitLab itself does with a signing token: its registry cannot, as of
 * version 18, so it serves what passes notifications on in GitLab's name.
 *
 * @see GitLab, "Container registry administration: notifications", and "Webhooks: signing tokens"
 */
export function createGitlabSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const ways = [showsSecret(request, secret), isSigned(request, secret)]
      return ways.includes(true)
    },
    showsSecret,
    parse: ({ body }) => readEnvelope(registry, body),
  }
}

function showsSecret(head: RequestHead, secret: Secret): boolean {
  const ways = [isInHeader(head, 'x-gitlab-token', secret), isAuthorized(head, secret)]
  return ways.includes(true)
}

/** @see Standard Webhooks, "Signature scheme": several signatures with blanks between while a token is replaced */
function isSigned(request: EventRequest, secret: Secret): boolean {
  const id = onlyHeader(request, 'webhook-id')
  const timestamp = onlyHeader(request, 'webhook-timestamp')
  const given = onlyHeader(request, 'webhook-signature').split(' ', signaturesMax)
  const signatures = given.flatMap((each) => (each.startsWith('v1,') ? [each.slice(3)] : []))
  const key = keyOf(secret)
  const fits = signatures.filter((each) => isBase64Signature(each, key, `${id}.${timestamp}.`, request.body))
  return fits.length > 0 && id !== '' && isRecent(timestamp, request.receivedAt)
}

/** A signing token is its key in base64 after a prefix; what has no prefix is taken as it is. */
function keyOf(secret: Secret): Secret | Uint8Array {
  const [, encoded] = /^whsec_(.+)$/s.exec(secret.reveal()) ?? []
  const key = Buffer.from(encoded ?? '', 'base64')
  return key.length === 0 ? secret : key
}
