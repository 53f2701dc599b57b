import { createClientReader } from './listener/client-address.ts'
import { createConnections } from './listener/connections.ts'
import { openListener, usualLimits, type ListenAt, type ListenerLimits } from './listener/listener.ts'
import { createPublicApp, usualRules, type PublicDeps, type PublicRules } from './public-app.ts'
import type { ReadFile } from '../lib/key-pair.ts'

export interface PublicServer {
  /** `http://127.0.0.1:8484`, or with https */
  readonly address: string
  close(): Promise<void>
}

interface PublicServerDeps extends PublicDeps {
  /** Reads certificate and key. @throws what is wrong with the file, in its message */
  readonly readFile: ReadFile
}

/** Plain http, unless it says otherwise, to whom no proxy is believed. */
type ListenOptions = Pick<ListenAt, 'host' | 'port'> & Partial<ListenAt & PublicRules>

/** @throws LISTEN_FAILED, TLS_UNUSABLE */
export async function openPublicServer(
  deps: PublicServerDeps,
  { host, port, tls = null, ...given }: ListenOptions,
  limits: ListenerLimits = usualLimits,
): Promise<PublicServer> {
  const rules = { ...usualRules, ...given }
  const connections = createConnections(limits, createClientReader(rules).isProxy)
  const app = createPublicApp(deps, rules, connections.refuse)
  await app.ready()
  const answer = (...pair: Parameters<typeof app.routing>): void => app.routing(...pair)
  const listener = await openListener({ ...deps, answer, connections }, { host, port, tls }, limits)
  return {
    address: listener.address,
    async close() {
      await listener.close()
      await app.close()
    },
  }
}
