import { get } from 'node:http'

const limitMs = 2_000

/**
 * Asks the engine at an address as `DOCKER_HOST` has it whether it answers.
 *
 * @param host `unix://…` or `tcp://…`
 * @returns the API version it offers; undefined when it does not answer
 */
export function ping(host: string): Promise<string | undefined> {
  const url = URL.canParse(host) ? new URL(host) : undefined
  if (url?.protocol !== 'unix:' && url?.protocol !== 'tcp:') return Promise.resolve(undefined)
  const where = url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || 2375 }
  return new Promise((resolve) => {
    const request = get({ ...where, path: '/_ping', timeout: limitMs, agent: false }, (response) => {
      response.resume()
      const version = response.headers['api-version']
      resolve(response.statusCode === 200 && typeof version === 'string' ? version : undefined)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}
