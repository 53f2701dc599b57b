import { createHmac } from 'node:crypto'
import type { EventRequest } from '../../src/events/event-source.ts'

export const nowMs = Date.parse('2026-11-20T12:00:00Z')

/** A request with a body of JSON or of bytes as they are. */
export function eventRequest(body: unknown, headers: EventRequest['headers'] = {}, receivedAt = nowMs): EventRequest {
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return { headers, pathSecret: null, body: bytes, receivedAt }
}

/** Headers that the generic source asks for. */
export function signed(body: string | Uint8Array, secret: string, atMs = nowMs) {
  const timestamp = String(Math.floor(atMs / 1000))
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  return { 'x-longshore-timestamp': [timestamp], 'x-longshore-signature': [`sha256=${signature}`] }
}

const digest = `sha256:${'a'.repeat(64)}`

/** An envelope as `registry:2` sends it for a push by tag, with another target or action where a test says so. */
export const envelope = (target: Readonly<Record<string, unknown>> = {}, action = 'push') => ({
  events: [
    {
      id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
      timestamp: '2026-11-20T12:00:00.000000000+01:00',
      action,
      target: {
        mediaType: 'application/vnd.oci.image.index.v1+json',
        digest,
        size: 708,
        length: 708,
        repository: 'shop/web',
        url: 'https://elsewhere.example.com/v2/shop/web/manifests/sha256:aaaa',
        tag: '1.2.3',
        ...target,
      },
      request: {
        id: 'r',
        addr: '10.0.0.1:5',
        host: 'elsewhere.example.com:5000',
        method: 'PUT',
        useragent: 'docker/26',
      },
      actor: { name: 'ci' },
      source: { addr: 'node:5000', instanceID: 'i' },
    },
  ],
})
