import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { isLoopback } from '../../lib/loopback.ts'

/** Where an engine listens. */
export type EngineAddress =
  | { readonly socketPath: string }
  | {
      readonly hostname: string
      readonly port: number
    }

/** Where the engine of this machine listens when nothing else is said. */
export const localEngine = 'unix:///var/run/docker.sock'

/**
 * Reads what `DOCKER_HOST` may say: `unix:///path`, or `tcp://host[:port]` without TLS. Who reaches an engine over the
 * network owns its machine, so plain TCP beyond this machine has to be allowed.
 *
 * @throws CONFIG_INVALID
 */
export function parseEngineAddress(text: string, allowInsecure = false): EngineAddress {
  if (text.startsWith('unix://') && text.length > 'unix://'.length) {
    return { socketPath: text.slice('unix://'.length) }
  }
  const url = URL.canParse(text) ? new URL(text) : null
  const hostname = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (url === null || (url.protocol !== 'tcp:' && url.protocol !== 'http:') || hostname === '') {
    throw new AppError(
      'CONFIG_INVALID',
      `the engine's address ${quote(text)} is not understood; DOCKER_HOST or the target's host must be unix:///path or tcp://host:port`,
    )
  }
  if (!allowInsecure && !isLoopback(hostname)) {
    throw new AppError(
      'CONFIG_INVALID',
      `the engine's address ${quote(text)} is plain TCP to another machine; only allowInsecure: true at its target allows that`,
    )
  }
  return { hostname, port: Number(url.port || '2375') }
}

/** The address as people know it; without credentials, since it has none. */
export function formatEngineAddress(address: EngineAddress): string {
  return 'socketPath' in address ? address.socketPath : `tcp://${address.hostname}:${address.port}`
}
