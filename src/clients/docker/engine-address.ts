import { AppError } from '../../errors.ts'

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
    throw new AppError('CONFIG_INVALID', `engine host ${text}: only unix:///path and tcp://host:port are understood`)
  }
  if (!allowInsecure && !isLoopback(hostname)) {
    throw new AppError(
      'CONFIG_INVALID',
      `engine host ${text}: plain TCP to another machine has to be allowed expressly`,
    )
  }
  return { hostname, port: Number(url.port || '2375') }
}

/** The address as people know it; without credentials, since it has none. */
export function formatEngineAddress(address: EngineAddress): string {
  return 'socketPath' in address ? address.socketPath : `tcp://${address.hostname}:${address.port}`
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '::1' || /^127(\.\d{1,3}){3}$/.test(hostname)
}
