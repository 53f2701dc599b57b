import type { ServerResponse } from 'node:http'
import fastify, { type FastifyInstance } from 'fastify'
import { AppError, errorTable, toAppError } from '../errors.ts'
import type { Log } from '../lib/log.ts'

/** A request has to be there as a whole within this time, so that none keeps us from closing. */
const requestMaxMs = 5_000

/** Longest part of a path: an id, percent-encoded. The router's own limit is 100. */
const paramMax = 4_000

/** A server without routes: it reads JSON alone, and answers every failure as `{error: {code, message, hint}}`. */
export function createHttpApp(options: { readonly bodyMaxBytes: number; readonly log: Log }): FastifyInstance {
  const app = fastify({
    bodyLimit: options.bodyMaxBytes,
    requestTimeout: requestMaxMs,
    routerOptions: { maxParamLength: paramMax },
    frameworkErrors: refuseUnread,
  })
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler(({ method, url }, reply) =>
    reply.status(404).send(refusal(new AppError('REQUEST_INVALID', `there is no ${method} ${url}`))),
  )
  app.setErrorHandler((thrown, _request, reply) => {
    const error = understood(thrown)
    if (error.code === 'INTERNAL') options.log.error({ code: error.code }, `${error.code}: ${error.message}`)
    return reply.status(errorTable[error.code].status).send(refusal(error))
  })
  return app
}

/** The body of every answer that is none. */
export const refusal = ({ code, message, hint }: AppError) => ({ error: { code, message, hint } })

/** Answers where the router cannot even read the path, as where there is no such route. Its own answer would repeat it. */
export function refuseUnread(
  _error: unknown,
  _request: unknown,
  reply: { readonly raw: ServerResponse; hijack(): unknown },
): void {
  const error = refusal(new AppError('ROUTE_NOT_FOUND', 'there is nothing here'))
  reply.hijack()
  reply.raw.writeHead(404, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(error))
}

/** What the server itself has against a request is the client's mistake: no JSON, too long, another media type. */
function understood(thrown: unknown): AppError {
  const isRequest =
    thrown instanceof Error &&
    'statusCode' in thrown &&
    Number(thrown.statusCode) >= 400 &&
    Number(thrown.statusCode) < 500
  return isRequest ? new AppError('REQUEST_INVALID', thrown.message, { cause: thrown }) : toAppError(thrown)
}
