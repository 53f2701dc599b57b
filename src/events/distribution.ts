import type { EventSource, EventSourceOptions } from './event-source.ts'
import { readEnvelope } from './format/notification.ts'
import { isAuthorized } from './proof/authorization.ts'

/** Notifications of Distribution and of what is built on it. @see distribution notifications */
export function createDistributionSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify: isAuthorized,
    showsSecret: isAuthorized,
    parse: ({ body }) => readEnvelope(registry, body),
  }
}
