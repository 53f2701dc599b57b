import { encodeName, type Call } from './call.ts'
import type { EndpointSettings } from './shapes.ts'

/** What can be asked of the engine about networks. */
export interface NetworkCalls {
  connectNetwork(network: string, container: string, endpoint: EndpointSettings, signal: AbortSignal): Promise<void>
  disconnectNetwork(network: string, container: string, signal: AbortSignal): Promise<void>
}

export function networkCalls(call: Call): NetworkCalls {
  return {
    async connectNetwork(network, container, endpoint, signal) {
      const body = { Container: container, EndpointConfig: endpoint }
      await call.json({ method: 'POST', path: `/networks/${encodeName(network)}/connect`, body }, signal)
    },
    async disconnectNetwork(network, container, signal) {
      const body = { Container: container, Force: false }
      await call.json({ method: 'POST', path: `/networks/${encodeName(network)}/disconnect`, body }, signal)
    },
  }
}
