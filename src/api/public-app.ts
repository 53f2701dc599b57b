import fastify, { type FastifyInstance } from 'fastify'
import type { ServerResponse } from 'node:http'
import type { Readiness } from '../app/answers/read-readiness.ts'
import type { Receive } from '../app/events/receive-event.ts'
import type { ProvenNetworks } from '../app/events/proven-networks.ts'
import type { ShowsSecret } from '../app/events/shown-secret.ts'
import { AppError, errorTable, toAppError } from '../errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { smallBytes } from './body-reader.ts'
import { refusal, refuseUnread } from './http-app.ts'
import { createClientReader, type ProxyRules } from './listener/client-address.ts'
import { createHostRule, requireKnownHost } from './listener/known-hosts.ts'
import { addConsentRoutes } from './routes/consent.ts'
import { addHealthRoutes } from './routes/health.ts'
import { addHookRoutes } from './routes/hooks.ts'

/** What others on the network can ask for. */
export interface PublicDeps {
  readonly receive: Receive
  readonly showsSecret: ShowsSecret
  readonly proven: ProvenNetworks
  readonly readiness: () => Promise<Readiness>
  readonly late: () => readonly string[]
  /** Names of systems that ask before they send; none unless given. */
  readonly origins?: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

/** Who is answered, and who is believed. */
export interface PublicRules extends ProxyRules {
  /** Names of ours that a request may name; null where none were written down. */
  readonly hosts: readonly string[] | null
}

/** Without a proxy, and under any name that no stranger can make use of. */
export const usualRules: PublicRules = { trustProxy: [], proxyHeader: 'x-forwarded-for', hosts: null }

/** Longest part of a path: a secret in an address. The router's own limit is 100. */
const paramMax = 250

/**
 * The routes without a port, answering in JSON alone. No GET changes anything.
 *
 * @param onRefusal called when the answer to a request that was refused is to be held back for a while
 */
export function createPublicApp(
  deps: PublicDeps,
  rules: PublicRules = usualRules,
  onRefusal: (response: ServerResponse) => void = () => {},
): FastifyInstance {
  // Without a logger of its own: that would write addresses, which may hold secrets.
  const app = fastify({ routerOptions: { maxParamLength: paramMax }, frameworkErrors: refuseUnread })
  const clients = createClientReader(rules)
  const isKnownHost = createHostRule(rules.hosts)
  app.addHook('onRequest', async ({ raw, is404 }) => {
    // Fastify refuses a type that it cannot read before anybody is asked for a secret; here none matters.
    if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/octet-stream'
    requireKnownHost(raw, isKnownHost)
    // Before its body is read: there is room for those of events alone.
    if (is404) throw nowhere()
    // Those of events have room of their own.
    if (raw.method !== 'POST' && isLong(raw.headers)) throw new AppError('EVENT_TOO_LARGE', 'nothing is read here')
  })
  app.addHook('onSend', async ({ raw }, reply) => {
    if (!raw.complete && isLong(raw.headers)) reply.header('connection', 'close')
  })
  app.setNotFoundHandler(() => {
    throw nowhere()
  })
  app.setErrorHandler((thrown, _request, reply) => {
    const error = understood(thrown)
    const { code, message, retryAfterMs } = error
    if (code === 'INTERNAL') deps.log.error({ code }, `${code}: ${message}`)
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000))
    return reply.status(errorTable[code].status).send(refusal(error))
  })
  addHookRoutes(app, { ...deps, clients, onRefusal })
  addConsentRoutes(app, deps.origins ?? [])
  addHealthRoutes(app, deps)
  return app
}

const nowhere = (): AppError => new AppError('ROUTE_NOT_FOUND', 'there is nothing here')

/** What is left of a body that is refused is read and thrown away where that is soon done, else it ends the connection. */
const isLong = (headers: Readonly<Record<string, unknown>>): boolean =>
  headers['transfer-encoding'] !== undefined ||
  headers['expect'] !== undefined ||
  Number(headers['content-length'] ?? 0) > smallBytes

/** What the server itself has against a request is the client's mistake. */
function understood(thrown: unknown): AppError {
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return toAppError(thrown)
  const isRequest = Number(thrown.statusCode) >= 400 && Number(thrown.statusCode) < 500
  return isRequest ? new AppError('REQUEST_INVALID', thrown.message, { cause: thrown }) : toAppError(thrown)
}
