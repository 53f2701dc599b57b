import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AnswerOf, BodyOf, ControlRoute } from '../../contract/control.ts'
import { AppError } from '../../errors.ts'

/** A request that fits its route's schema. */
export interface Asked<Route extends ControlRoute> {
  readonly body: BodyOf<Route>
  /** The `:workload` of the path; empty where it has none. */
  readonly workload: string
}

/** Adds a route of the contract. @throws REQUEST_INVALID, to the client, when its body does not fit */
export function answer<Route extends ControlRoute>(
  app: FastifyInstance,
  route: Route,
  handle: (asked: Asked<Route>) => Promise<AnswerOf<Route>>,
): void {
  app.route<{ Params: { workload?: string } }>({
    method: route.method,
    url: route.path,
    handler: async ({ params, body }) => {
      const read = route.body.safeParse(body ?? {})
      if (!read.success) throw new AppError('REQUEST_INVALID', z.prettifyError(read.error))
      // One schema of the union was applied, that of this route.
      return handle({ body: read.data as BodyOf<Route>, workload: params.workload ?? '' })
    },
  })
}
