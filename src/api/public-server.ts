import { createClientReader } from './listener/client-address.ts'
import { createConnections } from './listener/connections.ts'
import { usualLimits, type ListenAt, type ListenerLimits } from './listener/listener.ts'
import { serveApp, type AppServer, type ServingDeps } from './listener/serve-app.ts'
import { createPublicApp, usualRules, type PublicDeps, type PublicRules } from './public-app.ts'

/** Plain http, unless it says otherwise, to whom no proxy is believed. */
type ListenOptions = Pick<ListenAt, 'host' | 'port'> & Partial<ListenAt & PublicRules>

/** @throws LISTEN_FAILED, TLS_UNUSABLE */
export function openPublicServer(
  deps: PublicDeps & ServingDeps,
  { host, port, tls = null, ...given }: ListenOptions,
  limits: ListenerLimits = usualLimits,
): Promise<AppServer> {
  const rules = { ...usualRules, ...given }
  const connections = createConnections(limits, createClientReader(rules).isProxy)
  return serveApp(
    createPublicApp(deps, rules, connections.refuse),
    { ...deps, connections },
    { host, port, tls },
    limits,
  )
}
