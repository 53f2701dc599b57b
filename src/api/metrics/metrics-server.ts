import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../../app/answers/read-metrics.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { createHttpApp } from '../http-app.ts'
import { createConnections } from '../listener/connections.ts'
import { createHostRule, requireKnownHost } from '../listener/known-hosts.ts'
import { usualLimits, type ListenAt } from '../listener/listener.ts'
import { serveApp, type AppServer, type ServingDeps } from '../listener/serve-app.ts'
import { metricsText, metricsType } from './metrics-text.ts'

interface MetricsAppDeps {
  readonly read: () => Promise<Metrics>
  readonly clock: Pick<Clock, 'elapsed'>
  readonly log: Log
}

/** Those who ask are few. */
const few = { connectionsMax: 64, perAddressMax: 16 }

/** A text is good for this long: whoever asks more often must keep neither the state nor us busy. */
const freshMs = 1_000

/** `GET /metrics`, and nothing else. @param hosts names of ours that a request may name; null where none were written down */
export function createMetricsApp(
  { read, clock, log }: MetricsAppDeps,
  hosts: readonly string[] | null,
): FastifyInstance {
  const app = createHttpApp({ bodyMaxBytes: 1, log })
  const isKnownHost = createHostRule(hosts)
  app.addHook('onRequest', async ({ raw }) => requireKnownHost(raw, isKnownHost))
  const text = remembered(async () => metricsText(await read()), clock)
  app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(await text()))
  return app
}

/** One answer for all who ask while it is made, and for a while after; a failure, too. */
function remembered<T>(make: () => Promise<T>, clock: Pick<Clock, 'elapsed'>): () => Promise<T> {
  let latest: Promise<T> | null = null
  let staleAt = Infinity
  const begin = async (): Promise<T> => {
    staleAt = Infinity
    try {
      return await make()
    } finally {
      staleAt = clock.elapsed() + freshMs
    }
  }
  return () => {
    if (latest === null || clock.elapsed() >= staleAt) latest = begin()
    return latest
  }
}

/** Serves metrics at a port of their own, until it is closed. @throws LISTEN_FAILED, TLS_UNUSABLE */
export function openMetricsServer(
  deps: MetricsAppDeps & ServingDeps,
  { hosts, ...at }: ListenAt & { readonly hosts: readonly string[] | null },
): Promise<AppServer> {
  const limits = { ...usualLimits, ...few }
  const connections = createConnections(limits, () => false)
  return serveApp(createMetricsApp(deps, hosts), { ...deps, connections }, at, limits)
}
