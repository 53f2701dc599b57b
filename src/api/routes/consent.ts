import type { FastifyInstance } from 'fastify'
import { AppError } from '../../errors.ts'

/** Header of the question. */
const asking = 'webhook-request-origin'

/**
 * `OPTIONS /hooks/…`: whether a system may send here at all, asked before it does. It is no sign-in: what it then sends
 * has to prove the secret. So every path is answered alike, whether there is such a source or not, and what no
 * configured source needs is not answered. Its address for answering later is never called.
 *
 * @param origins names of the systems that may send
 * @see CloudEvents "HTTP 1.1 Web Hooks for Event Delivery" 4
 */
export function addConsentRoutes(app: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  for (const path of ['/hooks/:source', '/hooks/:source/:secret']) {
    app.options(path, async ({ headers }, reply) => {
      const origin = origins.find((each) => each === headers[asking])
      if (origin === undefined) throw new AppError('ROUTE_NOT_FOUND', 'there is nothing here')
      return reply.headers({ 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' }).status(200).send()
    })
  }
}
