import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import type { EndpointSettings } from './shapes.ts'

/** What can be asked of the engine about networks. */
export interface NetworkCalls {
  connectNetwork(network: string, container: string, endpoint: EndpointSettings, signal: AbortSignal): Promise<void>
  disconnectNetwork(network: string, container: string, signal: AbortSignal): Promise<void>
  /** @param network id or name */
  hasNetwork(network: string, signal: AbortSignal): Promise<boolean>
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
    async hasNetwork(network, signal) {
      try {
        await call.json({ method: 'GET', path: `/networks/${encodeName(network)}` }, signal)
        return true
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return false
        throw error
      }
    },
  }
}
