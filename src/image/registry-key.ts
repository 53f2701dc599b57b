const dockerHubHosts: ReadonlySet<string> = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
])
/** These are asked by plain http, where 443 is a port as any other. */
const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\]):443$/

/** Whether a host, in lower case, is Docker Hub by one of its names. */
export const isDockerHub = (host: string): boolean => dockerHubHosts.has(host)

/**
 * One text for all names that lead to the same registry by https: to find what was written of it, never to show or keep.
 *
 * @param host with its port, if there is one
 */
export function registryKey(host: string): string {
  const name = host.toLowerCase()
  const usual = loopback.test(name) ? name : name.replace(/:443$/, '')
  return isDockerHub(usual) ? 'docker.io' : usual
}
