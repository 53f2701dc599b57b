import { isIP } from 'node:net'

/**
 * Whether a host name is `localhost` or a loopback address: what goes there never leaves the machine.
 *
 * @param hostname an IPv6 address with or without its brackets
 */
export function isLoopback(hostname: string): boolean {
  if (['localhost', '::1', '[::1]'].includes(hostname)) return true
  return isIP(hostname) === 4 && hostname.startsWith('127.')
}
