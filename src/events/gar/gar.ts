import type { EventSource, EventSourceOptions, FetchFixed } from '../event-source.ts'
import { onlyHeader } from '../proof/header.ts'
import { isInPath } from '../proof/path.ts'
import { createGoogleKeys } from './google-keys.ts'
import { claimsFit, isSignedToken, readIdToken } from './id-token.ts'
import { readPushedMessage } from './pushed-message.ts'

interface GarOptions extends EventSourceOptions {
  /** What the tokens of the subscription are made out to. */
  readonly audience: string
  /** E-mail of the service account that signs for the subscription. */
  readonly email: string
  readonly fetch: FetchFixed
}

/**
 * Google Artifact Registry and gcr.io through a push subscription of Pub/Sub. The secret in the address keeps strangers
 * from costing us more than a comparison; what proves the sender is the token that Google signs for each request.
 *
 * @see Google Cloud, "Authenticate push subscriptions" and "Configure Pub/Sub notifications" of Artifact Registry
 */
export function createGarSource({ registry, audience, email, fetch }: GarOptions): EventSource {
  const keys = createGoogleKeys(fetch)
  const expected = { audience, email }

  return {
    verify(request, secret) {
      if (!isInPath(request, secret)) return false
      const [, text = ''] = /^bearer +(\S+)$/i.exec(onlyHeader(request, 'authorization')) ?? []
      const token = readIdToken(text)
      if (token === null || !claimsFit(token, expected, request.receivedAt)) return false
      return isSignedToken(token, (id) => keys(id, request.receivedAt))
    },
    showsSecret: isInPath,
    parse: ({ body }) => readPushedMessage(registry, body),
  }
}
